/*
 * msgpack_types - the type bytes of MessagePack. A fix form carries its size or number inside.
 */
#ifndef WEIR_DATA_MSGPACK_TYPES_H
#define WEIR_DATA_MSGPACK_TYPES_H

enum {
    PACK_FIX_INT_END = 0x80, /* below: 0 to 127 */
    PACK_FIX_MAP = 0x80,
    PACK_FIX_ARRAY = 0x90,
    PACK_FIX_STR = 0xA0,
    PACK_NIL = 0xC0,
    PACK_NO = 0xC2,
    PACK_YES = 0xC3,
    PACK_BIN8 = 0xC4,
    PACK_BIN16 = 0xC5,
    PACK_BIN32 = 0xC6,
    PACK_EXT8 = 0xC7,
    PACK_EXT16 = 0xC8,
    PACK_EXT32 = 0xC9,
    PACK_FLOAT32 = 0xCA,
    PACK_FLOAT64 = 0xCB,
    PACK_UINT8 = 0xCC,
    PACK_UINT16 = 0xCD,
    PACK_UINT32 = 0xCE,
    PACK_UINT64 = 0xCF,
    PACK_INT8 = 0xD0,
    PACK_INT16 = 0xD1,
    PACK_INT32 = 0xD2,
    PACK_INT64 = 0xD3,
    PACK_FIX_EXT1 = 0xD4,
    PACK_FIX_EXT2 = 0xD5,
    PACK_FIX_EXT4 = 0xD6,
    PACK_FIX_EXT8 = 0xD7,
    PACK_FIX_EXT16 = 0xD8,
    PACK_STR8 = 0xD9,
    PACK_STR16 = 0xDA,
    PACK_STR32 = 0xDB,
    PACK_ARRAY16 = 0xDC,
    PACK_ARRAY32 = 0xDD,
    PACK_MAP16 = 0xDE,
    PACK_MAP32 = 0xDF,
    PACK_FIX_INT_NEGATIVE = 0xE0 /* and above: -32 to -1 */
};

#define PACK_TUPLE 1 /* the one extension type */

#endif
