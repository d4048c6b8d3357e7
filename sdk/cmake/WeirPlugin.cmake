# weir_plugin(NAME SOURCES file... [LINK library...] [INCLUDE directory...])
#
# Builds NAME.so: one exported symbol, no undefined ones, never unloaded. Used by weir's own build
# and, through find_package(Weir), by plugins that are built elsewhere. The target is plugin_NAME.
#
# Where it goes: WEIR_PLUGIN_OUTPUT_DIR, or plugins/ in the build folder. cmake --install puts it
# into WEIR_PLUGIN_INSTALL_DIR, or into lib/weir/plugins.

set(WEIR_PLUGIN_MAP ${CMAKE_CURRENT_LIST_DIR}/plugin.map)

function(weir_plugin name)
    cmake_parse_arguments(plugin "" "" "SOURCES;LINK;INCLUDE" ${ARGN})
    if(plugin_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "weir_plugin(${name}): what is ${plugin_UNPARSED_ARGUMENTS}?")
    endif()
    if(NOT plugin_SOURCES)
        message(FATAL_ERROR "weir_plugin(${name}) needs SOURCES")
    endif()
    if(NOT WEIR_PLUGIN_OUTPUT_DIR)
        set(WEIR_PLUGIN_OUTPUT_DIR ${CMAKE_BINARY_DIR}/plugins)
    endif()
    if(NOT WEIR_PLUGIN_INSTALL_DIR)
        set(WEIR_PLUGIN_INSTALL_DIR lib/weir/plugins)
    endif()

    set(target plugin_${name})
    add_library(${target} MODULE ${plugin_SOURCES})
    target_include_directories(${target} PRIVATE ${plugin_INCLUDE})
    target_link_libraries(${target} PRIVATE Weir::plugin ${plugin_LINK})
    if(TARGET weir_flags)
        target_link_libraries(${target} PRIVATE weir_flags)
    endif()
    set_target_properties(${target} PROPERTIES
        PREFIX "" SUFFIX ".so" OUTPUT_NAME ${name}
        LIBRARY_OUTPUT_DIRECTORY ${WEIR_PLUGIN_OUTPUT_DIR}
        C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
        POSITION_INDEPENDENT_CODE ON LINK_DEPENDS ${WEIR_PLUGIN_MAP})
    target_compile_options(${target} PRIVATE
        $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fno-gnu-unique>)
    target_link_options(${target} PRIVATE
        -Wl,--version-script=${WEIR_PLUGIN_MAP} -Wl,--exclude-libs,ALL
        -Wl,-z,now -Wl,-z,relro -Wl,-z,nodelete)
    # A sanitizer's run-time library is in the host, so its symbols stay undefined here.
    if(NOT WEIR_SANITIZE)
        target_link_options(${target} PRIVATE -Wl,-z,defs)
    endif()
    # weir refuses what others than its owner may write to, which a umask of 002 would leave here.
    add_custom_command(TARGET ${target} POST_BUILD
        COMMAND chmod go-w $<TARGET_FILE:${target}> $<TARGET_FILE_DIR:${target}> VERBATIM)
    install(TARGETS ${target} LIBRARY DESTINATION ${WEIR_PLUGIN_INSTALL_DIR})
endfunction()
