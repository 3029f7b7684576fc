#!/bin/sh
# Runs a test program with a display of its own: under_xvfb.sh XVFB_RUN PROGRAM.
if [ ! -x "$1" ]; then
  echo "SKIPPED: xvfb-run is not installed (package xvfb), so nothing was tested with a display"
  exit 77
fi
exec "$1" -a -s "-screen 0 1920x1080x24" "$2"
