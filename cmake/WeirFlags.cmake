# weir_flags - how everything in this tree is compiled. Linked PRIVATE, never exported.

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# No -DNDEBUG anywhere: an assertion states what only a bug can break, in every build.
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g")
set(CMAKE_C_FLAGS_RELEASE "-O2")
set(CMAKE_C_FLAGS_DEBUG "-O0 -g")

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)

add_library(weir_flags INTERFACE)
target_compile_definitions(weir_flags INTERFACE _GNU_SOURCE)
target_compile_options(weir_flags INTERFACE
    -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla
    -Wformat=2 -Wpointer-arith -Wundef
    -fno-omit-frame-pointer -fstack-protector-strong)
if(WEIR_WERROR)
    target_compile_options(weir_flags INTERFACE -Werror)
endif()
target_link_options(weir_flags INTERFACE -Wl,-z,relro,-z,now)
target_link_libraries(weir_flags INTERFACE Threads::Threads)

# The sanitizers go to everything that is built here, plugins included, so they are global.
if(WEIR_SANITIZE STREQUAL "address")
    set(weir_sanitizers -fsanitize=address,undefined -fno-sanitize-recover=all)
elseif(WEIR_SANITIZE STREQUAL "thread")
    set(weir_sanitizers -fsanitize=thread)
elseif(WEIR_SANITIZE STREQUAL "")
    set(weir_sanitizers "")
else()
    message(FATAL_ERROR "WEIR_SANITIZE is \"${WEIR_SANITIZE}\": use address, thread or nothing")
endif()
add_compile_options(${weir_sanitizers})
add_link_options(${weir_sanitizers})

if(WEIR_FUZZ)
    if(NOT CMAKE_C_COMPILER_ID MATCHES "Clang")
        message(FATAL_ERROR "WEIR_FUZZ needs clang (use the preset fuzz)")
    endif()
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()
