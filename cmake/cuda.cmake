# Finds nvcc and the headers of CUPTI, and makes CUDA a language. Sets KVF_HAVE_CUDA (GPUs can be used)
# and KVF_HAVE_CUPTI (the collector is built, which needs headers and no nvcc).
#
# Nothing is linked against CUPTI or the driver: such a program would not start on a machine without
# them. Headers here, dlopen at run time.

set(KVF_CUDA AUTO CACHE STRING "Parts that need the CUDA toolkit: AUTO, ON (an error if it is missing), \
HEADERS (what needs no nvcc, for sanitizers), OFF")
set_property(CACHE KVF_CUDA PROPERTY STRINGS AUTO ON HEADERS OFF)
if(NOT KVF_CUDA MATCHES "^(AUTO|ON|HEADERS|OFF)$")
  message(FATAL_ERROR "KVF_CUDA is '${KVF_CUDA}'; expected AUTO, ON, HEADERS or OFF")
endif()

set(KVF_HAVE_CUDA OFF)
set(KVF_HAVE_CUPTI OFF)
set(KVF_CUDA_REASON "KVF_CUDA=${KVF_CUDA}")
if(NOT KVF_CUDA STREQUAL OFF)
  find_package(CUDAToolkit 11.8)
  find_path(
    KVF_CUPTI_INCLUDE_DIR cupti.h
    HINTS ${CUDAToolkit_CUPTI_INCLUDE_DIR} ${CUDAToolkit_INCLUDE_DIRS}
    PATH_SUFFIXES ../extras/CUPTI/include)
  mark_as_advanced(KVF_CUPTI_INCLUDE_DIR)

  if(CUDAToolkit_FOUND AND KVF_CUPTI_INCLUDE_DIR)
    set(KVF_HAVE_CUPTI ON)
  endif()
endif()
if(KVF_CUDA MATCHES "^(AUTO|ON)$")
  include(CheckLanguage)
  check_language(CUDA)  # is there an nvcc, and does it accept this C++ compiler?

  if(NOT CUDAToolkit_FOUND)
    set(KVF_CUDA_REASON "no CUDA toolkit of version 11.8 or later")
  elseif(NOT CMAKE_CUDA_COMPILER)
    set(KVF_CUDA_REASON "no working nvcc")
  elseif(NOT KVF_CUPTI_INCLUDE_DIR)
    set(KVF_CUDA_REASON "no cupti.h")
  else()
    set(KVF_HAVE_CUDA ON)
    set(KVF_CUDA_REASON "toolkit ${CUDAToolkit_VERSION}, ${CMAKE_CUDA_COMPILER}")
  endif()

  if(KVF_CUDA STREQUAL ON AND NOT KVF_HAVE_CUDA)
    message(FATAL_ERROR "KVF_CUDA=ON, but ${KVF_CUDA_REASON}. "
                        "Install the toolkit or configure with -DKVF_CUDA=OFF.")
  endif()
endif()
if(KVF_HAVE_CUDA)
  # CMake's own defaults (all, native) name GPUs that this nvcc may not know. The last one is also
  # kept as PTX, from which a driver makes code for later GPUs.
  if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
    if(CUDAToolkit_VERSION VERSION_GREATER_EQUAL 13)
      set(kvf_architectures 75-real 80-real 86-real 89-real 90-real 100-real 120)
    elseif(CUDAToolkit_VERSION VERSION_GREATER_EQUAL 12.8)
      set(kvf_architectures 70-real 75-real 80-real 86-real 89-real 90-real 100-real 120)
    else()
      set(kvf_architectures 70-real 75-real 80-real 86-real 89-real 90)
    endif()
    set(CMAKE_CUDA_ARCHITECTURES ${kvf_architectures} CACHE STRING "GPUs that the kernel is compiled for")
  endif()
  if(KVF_CCACHE AND NOT CMAKE_CUDA_COMPILER_LAUNCHER)
    set(CMAKE_CUDA_COMPILER_LAUNCHER ${KVF_CCACHE})
  endif()
  enable_language(CUDA)
  set(CMAKE_CUDA_STANDARD 17)  # nvcc has 20 from 12.0 on, but CMake 3.25 does not know it
  set(CMAKE_CUDA_STANDARD_REQUIRED ON)
  set(CMAKE_CUDA_EXTENSIONS OFF)
endif()
set_package_properties(CUDAToolkit PROPERTIES TYPE OPTIONAL PURPOSE
                                              "recording what a CUDA kernel really allocates")
add_feature_info(CUDA KVF_HAVE_CUDA "${KVF_CUDA_REASON}")
add_feature_info(CUPTI KVF_HAVE_CUPTI "the collector of what CUPTI records")
