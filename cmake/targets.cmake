# The two kinds of target: a folder's library and a program.

# kvf_library(models SOURCES a.cpp b.cpp LINKS fmt::fmt)
#
# Makes the static library kvf_models, known to others as kvf::models. Without sources it is a
# library of headers. Includes are rooted at the repository, so that the layer shows in the line.
function(kvf_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINKS")
  if(arg_SOURCES)
    add_library(kvf_${name} STATIC ${arg_SOURCES})
    target_link_libraries(kvf_${name} PRIVATE kvf_warnings)
    set(scope PUBLIC)
  else()
    add_library(kvf_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  add_library(kvf::${name} ALIAS kvf_${name})
  target_include_directories(kvf_${name} ${scope} ${PROJECT_SOURCE_DIR})
  target_link_libraries(kvf_${name} ${scope} ${arg_LINKS})
endfunction()

# kvf_program(kvfootprint SOURCES main.cpp LINKS kvf::sim)
#
# Makes the program DIR/bin/kvfootprint.
function(kvf_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINKS")
  if(NOT arg_SOURCES)
    message(STATUS "${name}: no sources yet, not built")
    return()
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE kvf_warnings ${arg_LINKS})
endfunction()

# kvf_precompile(kvfootprint cli/command.h)
#
# With KVF_PRECOMPILE the header, which includes a large library, is read once for all of a target.
function(kvf_precompile name header)
  if(KVF_PRECOMPILE)
    target_precompile_headers(${name} PRIVATE
                              "$<$<COMPILE_LANGUAGE:CXX>:${PROJECT_SOURCE_DIR}/${header}>")
  endif()
endfunction()

# kvf_catch_program(kvf_tests SOURCES a_test.cpp LINKS kvf::sim TIMEOUT 300)
#
# Makes a program of Catch2's test cases, each of them a test. A case that cannot run ends with
# KVF_SKIP. TIMEOUT is in seconds and against a loop that does not end: sanitizers are slow.
function(kvf_catch_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT;PREFIX" "SOURCES;LINKS")
  kvf_program(${name} SOURCES ${arg_SOURCES} LINKS ${arg_LINKS})
  if(TARGET Catch2::Catch2WithMain)
    target_link_libraries(${name} PRIVATE Catch2::Catch2WithMain)
  else()
    target_sources(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests/main.cpp)
    target_link_libraries(${name} PRIVATE Catch2::Catch2)
  endif()
  kvf_precompile(${name} tests/catch.h)
  # It says of itself that it is the one with main().
  set_source_files_properties(${PROJECT_SOURCE_DIR}/tests/main.cpp
                              PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  catch_discover_tests(${name} TEST_PREFIX "${arg_PREFIX}"
                       PROPERTIES TIMEOUT ${arg_TIMEOUT} SKIP_REGULAR_EXPRESSION "KVF_SKIP: ")
endfunction()
