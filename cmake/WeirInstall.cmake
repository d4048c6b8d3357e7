# cmake --install: the command, the library, the headers, and how others find them.
# Everything written here names places relative to itself, so an installed tree can be moved.

include(CMakePackageConfigHelpers)

set(WEIR_CMAKE_INSTALL_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/Weir)
set(WEIR_PC_INSTALL_DIR ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

install(TARGETS weir_sdk libweir EXPORT WeirTargets
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} NAMELINK_COMPONENT development
    COMPONENT library)
install(TARGETS weir RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT command)

get_property(public_headers GLOBAL PROPERTY WEIR_PUBLIC_HEADERS)
list(TRANSFORM public_headers PREPEND ${WEIR_PUBLIC_INCLUDE}/weir/)
file(GLOB sdk_headers CONFIGURE_DEPENDS ${WEIR_SDK_INCLUDE}/weir/*.h)
install(FILES ${public_headers} ${sdk_headers}
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/weir COMPONENT development)

install(EXPORT WeirTargets NAMESPACE Weir::
    DESTINATION ${WEIR_CMAKE_INSTALL_DIR} COMPONENT development)
configure_package_config_file(cmake/WeirConfig.cmake.in ${CMAKE_BINARY_DIR}/WeirConfig.cmake
    INSTALL_DESTINATION ${WEIR_CMAKE_INSTALL_DIR}
    PATH_VARS CMAKE_INSTALL_INCLUDEDIR WEIR_PLUGIN_INSTALL_DIR)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/WeirConfigVersion.cmake
    COMPATIBILITY SameMajorVersion)
install(FILES
    ${CMAKE_BINARY_DIR}/WeirConfig.cmake
    ${CMAKE_BINARY_DIR}/WeirConfigVersion.cmake
    DESTINATION ${WEIR_CMAKE_INSTALL_DIR} COMPONENT development)
file(GLOB sdk_modules CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/sdk/cmake/*)
install(FILES ${sdk_modules} DESTINATION ${WEIR_CMAKE_INSTALL_DIR} COMPONENT development)

file(RELATIVE_PATH WEIR_PREFIX_FROM_PC
    ${CMAKE_INSTALL_PREFIX}/${WEIR_PC_INSTALL_DIR} ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" WEIR_PREFIX_FROM_PC ${WEIR_PREFIX_FROM_PC})
configure_file(cmake/weir.pc.in ${CMAKE_BINARY_DIR}/weir.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/weir.pc
    DESTINATION ${WEIR_PC_INSTALL_DIR} COMPONENT development)

install(DIRECTORY conf DESTINATION ${CMAKE_INSTALL_DATADIR}/weir COMPONENT command)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT command)
