# How everything is compiled. -Werror and sanitizers are not here: presets add them.

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release, RelWithDebInfo or MinSizeRel" FORCE)
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)

# A fused multiply-add rounds once where the published scripts round twice: ratios would differ in
# the last bit. For the whole project, because inline functions of models/ are compiled elsewhere.
add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-ffp-contract=off>)

find_program(KVF_CCACHE ccache)
mark_as_advanced(KVF_CCACHE)
if(KVF_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${KVF_CCACHE})
endif()
add_feature_info(ccache KVF_CCACHE "remembers compiler output between builds")

add_library(kvf_warnings INTERFACE)
target_compile_options(
  kvf_warnings
  INTERFACE $<$<COMPILE_LANGUAGE:CXX>:
            -Wall
            -Wextra
            -Wpedantic
            -Wconversion
            -Wsign-conversion
            -Wdouble-promotion
            -Wshadow
            -Wold-style-cast
            -Wcast-qual
            -Wnon-virtual-dtor
            -Woverloaded-virtual
            -Wimplicit-fallthrough
            -Wundef>
            # gcc 12 takes `"text" + std::to_string(n)` for an overlapping copy.
            $<$<AND:$<COMPILE_LANG_AND_ID:CXX,GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>
            $<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=-Wall,-Wextra>)
