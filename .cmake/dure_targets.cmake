# How our own targets are built: one library per folder, strict warnings, optional sanitizers.
add_library(dure_options INTERFACE)
target_compile_options(dure_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                       $<$<BOOL:${DURE_WERROR}>:-Werror>)
# GCC 12 takes the members of an empty optional or a moved variant for uninitialised ones.
target_compile_options(dure_options INTERFACE -Wno-maybe-uninitialized)
# At -O3 it also warns of overlapping copies in `"text" + string` (its bug 105651).
target_compile_options(dure_options INTERFACE $<$<CONFIG:Release>:-Wno-restrict>)
target_include_directories(dure_options INTERFACE ${PROJECT_SOURCE_DIR})
if(DURE_SANITIZE)
  target_compile_options(dure_options INTERFACE -fsanitize=${DURE_SANITIZE}
                         -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(dure_options INTERFACE -fsanitize=${DURE_SANITIZE})
endif()

# dure_library(core FILES a.cpp … LINK dure::x … PRIVATE_LINK third::party …) makes target dure_core with alias dure::core.
function(dure_library name)
  cmake_parse_arguments(ARG "" "" "FILES;LINK;PRIVATE_LINK" ${ARGN})
  if(ARG_FILES)
    add_library(dure_${name} STATIC ${ARG_FILES})
    target_link_libraries(dure_${name} PUBLIC dure_options ${ARG_LINK} PRIVATE ${ARG_PRIVATE_LINK})
  else()
    add_library(dure_${name} INTERFACE)
    target_link_libraries(dure_${name} INTERFACE dure_options ${ARG_LINK})
  endif()
  add_library(dure::${name} ALIAS dure_${name})
endfunction()

# dure_test(unit_core LABEL unit FILES a_test.cpp … LINK dure::core …) makes a GoogleTest program and registers its tests.
function(dure_test name)
  cmake_parse_arguments(ARG "" "LABEL;TIMEOUT" "FILES;LINK" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 600)
  endif()
  add_executable(${name} ${ARG_FILES})
  target_link_libraries(${name} PRIVATE dure_options ${ARG_LINK} GTest::gtest GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABEL}" TIMEOUT ${ARG_TIMEOUT})
endfunction()
