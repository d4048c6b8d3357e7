# Weir::plugin - the SDK as a plugin sees it: headers, and nothing to link to.

add_library(weir_sdk INTERFACE)
set_target_properties(weir_sdk PROPERTIES EXPORT_NAME plugin)
target_include_directories(weir_sdk INTERFACE
    $<BUILD_INTERFACE:${WEIR_SDK_INCLUDE}>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
add_library(Weir::plugin ALIAS weir_sdk)
include(sdk/cmake/WeirPlugin.cmake)
