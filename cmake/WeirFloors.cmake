# weir_floor, weir_test - the words that the CMakeLists.txt of a floor is written in.

# The floors, lowest first. A floor may use those before it; store and io are side by side.
set(WEIR_FLOORS base data plan exec stream store io app)
set(WEIR_FLOORS_APART store io)
set(WEIR_PUBLIC_INCLUDE ${CMAKE_CURRENT_SOURCE_DIR}/core/include)
set(WEIR_SDK_INCLUDE ${CMAKE_CURRENT_SOURCE_DIR}/sdk/include)
set(WEIR_TESTS_DIR ${CMAKE_CURRENT_SOURCE_DIR}/tests)

# What the floors that talk to the outside world know of the build: the version, and where plugins
# are: from the command's directory and from the library's, which holds when the installed tree is
# moved, and in full.
set(WEIR_FLOORS_PLACED io app)
file(RELATIVE_PATH plugin_dir_from_bin
    ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR}/weir/plugins)
set(WEIR_PLACES
    WEIR_VERSION_TEXT="${PROJECT_VERSION}"
    WEIR_PLUGIN_DIR="${CMAKE_INSTALL_FULL_LIBDIR}/weir/plugins"
    WEIR_PLUGIN_DIR_FROM_BIN="${plugin_dir_from_bin}"
    WEIR_PLUGIN_DIR_FROM_LIB="weir/plugins")

# Refuses a floor that names itself, one above it, or its neighbour.
function(weir_floor_check name)
    if(NOT name IN_LIST WEIR_FLOORS)
        message(FATAL_ERROR "floor ${name} is not one of: ${WEIR_FLOORS}")
    endif()
    list(FIND WEIR_FLOORS ${name} height)
    foreach(used IN LISTS ARGN)
        list(FIND WEIR_FLOORS ${used} used_height)
        if(used_height LESS 0 OR used_height GREATER_EQUAL height)
            message(FATAL_ERROR "floor ${name} cannot use ${used}: it is not below it")
        endif()
        if(name IN_LIST WEIR_FLOORS_APART AND used IN_LIST WEIR_FLOORS_APART)
            message(FATAL_ERROR "floor ${name} cannot use ${used}: they do not see each other")
        endif()
    endforeach()
endfunction()

# weir_floor(NAME [USES floor...] SOURCES file... [PUBLIC_HEADERS value.h...] [LIBRARIES lib...])
#
# A floor sees its own headers, those of the floors it names in USES, and the SDK's; of nothing
# else, for its include root holds one link. So "exec/task.h" does not exist for plan. Links are
# PRIVATE, so that a floor's own needs do not leak upwards: every floor names all it includes.
#
# PUBLIC_HEADERS lie in core/include/weir and belong to the floor that fulfils them: this floor,
# and those that name it, see them as <weir/NAME>; the floors below do not.
function(weir_floor name)
    cmake_parse_arguments(floor "" "" "USES;SOURCES;PUBLIC_HEADERS;LIBRARIES" ${ARGN})
    if(floor_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "weir_floor(${name}): what is ${floor_UNPARSED_ARGUMENTS}?")
    endif()
    weir_floor_check(${name} ${floor_USES})

    set(root ${CMAKE_BINARY_DIR}/floors/${name})
    file(MAKE_DIRECTORY ${root}/weir)
    file(GLOB stale ${root}/weir/*)
    foreach(link IN LISTS stale)
        file(REMOVE ${link})
    endforeach()
    file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${root}/${name} SYMBOLIC)
    foreach(header IN LISTS floor_PUBLIC_HEADERS)
        file(CREATE_LINK ${WEIR_PUBLIC_INCLUDE}/weir/${header} ${root}/weir/${header} SYMBOLIC)
    endforeach()
    set_property(GLOBAL APPEND PROPERTY WEIR_PUBLIC_HEADERS ${floor_PUBLIC_HEADERS})

    add_library(weir_${name} STATIC ${floor_SOURCES})
    target_include_directories(weir_${name} PUBLIC ${root} PRIVATE ${WEIR_SDK_INCLUDE})
    list(TRANSFORM floor_USES PREPEND weir_ OUTPUT_VARIABLE used_targets)
    target_link_libraries(weir_${name} PRIVATE ${used_targets} ${floor_LIBRARIES} weir_flags)
    if(name IN_LIST WEIR_FLOORS_PLACED)
        target_compile_definitions(weir_${name} PRIVATE ${WEIR_PLACES})
    endif()
    set_target_properties(weir_${name} PROPERTIES
        WEIR_USES "${used_targets}" WEIR_LIBRARIES "${floor_LIBRARIES}" LINKER_LANGUAGE C)
    set_property(GLOBAL APPEND PROPERTY WEIR_FLOORS_BUILT ${name})
endfunction()

# weir_test(FLOOR MODULE [WITH name...] [LIBRARIES lib...])
#
# Builds tests/unit/FLOOR/test_MODULE.c (cmocka), which sees the floor and what the floor uses.
# WITH adds tests/lib/NAME.c; the header of it is "lib/NAME.h".
function(weir_test floor module)
    cmake_parse_arguments(test "" "" "WITH;LIBRARIES" ${ARGN})
    if(NOT BUILD_TESTING)
        return()
    endif()
    set(source ${WEIR_TESTS_DIR}/unit/${floor}/test_${module}.c)
    list(TRANSFORM test_WITH REPLACE "(.+)" "${WEIR_TESTS_DIR}/lib/\\1.c")

    set(target test_${floor}_${module})
    get_target_property(used weir_${floor} WEIR_USES)
    get_target_property(libraries weir_${floor} WEIR_LIBRARIES)
    weir_test_executable(${target} ${source} ${test_WITH})
    target_link_libraries(${target} PRIVATE
        weir_${floor} ${used} ${libraries} ${test_LIBRARIES})
    add_test(NAME unit.${floor}.${module} COMMAND ${target})
    set_tests_properties(unit.${floor}.${module} PROPERTIES LABELS unit TIMEOUT 120)
endfunction()

# weir_test_executable(TARGET SOURCE...): a cmocka program, not yet registered as a test.
function(weir_test_executable target)
    weir_tests_root(tests_root)
    find_package(PkgConfig REQUIRED QUIET)
    if(NOT TARGET PkgConfig::CMOCKA)
        pkg_check_modules(CMOCKA REQUIRED QUIET IMPORTED_TARGET GLOBAL cmocka)
    endif()
    add_executable(${target} ${ARGN})
    set_target_properties(${target} PROPERTIES
        RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    target_include_directories(${target} PRIVATE ${tests_root} ${WEIR_SDK_INCLUDE})
    target_compile_options(${target} PRIVATE -Wno-missing-prototypes)
    target_link_libraries(${target} PRIVATE PkgConfig::CMOCKA weir_flags)
endfunction()

# The include root of tests: "lib/rows.h" is tests/lib/rows.h.
function(weir_tests_root out)
    set(root ${CMAKE_BINARY_DIR}/floors/tests)
    file(MAKE_DIRECTORY ${root})
    if(NOT EXISTS ${root}/lib)
        file(CREATE_LINK ${WEIR_TESTS_DIR}/lib ${root}/lib SYMBOLIC)
    endif()
    set(${out} ${root} PARENT_SCOPE)
endfunction()
