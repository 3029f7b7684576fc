# cmake --install: programs, man pages, completions, desktop files, documentation. Man pages and
# completions come from the programs' own option parsers.
include(GNUInstallDirs)

# The programs alone, without what tests them: a new user waits for no more (script/run).
add_custom_target(programs)

# kvf_install_program(kvfootprint OPTION generate): OPTION is how it is asked for its manual.
function(kvf_install_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "OPTION" "")
  add_dependencies(programs ${name})
  install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  set(folder ${PROJECT_BINARY_DIR}/manual)
  set(man ${folder}/${name}.1)
  set(bash ${folder}/bash/${name})
  set(zsh ${folder}/zsh/_${name})
  set(fish ${folder}/fish/${name}.fish)
  set(commands COMMAND ${CMAKE_COMMAND} -E make_directory ${folder}/bash ${folder}/zsh ${folder}/fish)
  foreach(what man bash zsh fish)
    list(APPEND commands COMMAND ${name} ${arg_OPTION} ${what} > ${${what}})
  endforeach()
  add_custom_command(
    OUTPUT ${man} ${bash} ${zsh} ${fish}
    ${commands}
    DEPENDS ${name}
    COMMENT "Man page and completions of ${name}"
    VERBATIM)
  add_custom_target(${name}-manual ALL DEPENDS ${man} ${bash} ${zsh} ${fish})
  install(FILES ${man} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
  install(FILES ${bash} DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  install(FILES ${zsh} DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
  install(FILES ${fish} DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
endfunction()

kvf_install_program(kvfootprint OPTION generate)
if(TARGET kvfootprint-viewer)
  kvf_install_program(kvfootprint-viewer OPTION --generate)
  set(desktop ${PROJECT_SOURCE_DIR}/gui/desktop)
  install(FILES ${desktop}/kvfootprint-viewer.desktop
          DESTINATION ${CMAKE_INSTALL_DATADIR}/applications)
  install(FILES ${desktop}/kvfootprint.svg
          DESTINATION ${CMAKE_INSTALL_DATADIR}/icons/hicolor/scalable/apps)
  install(FILES ${desktop}/kvfootprint.xml DESTINATION ${CMAKE_INSTALL_DATADIR}/mime/packages)
endif()
install(FILES README.md CHANGELOG.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(
  DIRECTORY docs scenarios
  DESTINATION ${CMAKE_INSTALL_DOCDIR}
  PATTERN "*.in" EXCLUDE)
