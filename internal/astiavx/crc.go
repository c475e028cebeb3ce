package astiavx

// #include <libavutil/bswap.h>
// #include <libavutil/crc.h>
//
// static uint8_t avloom_crc8(const uint8_t *data, size_t size) {
//     return av_crc(av_crc_get_table(AV_CRC_8_ATM), 0, data, size);
// }
//
// static uint16_t avloom_crc16(const uint8_t *data, size_t size) {
//     return av_bswap16(av_crc(av_crc_get_table(AV_CRC_16_ANSI), 0, data, size));
// }
import "C"

import "unsafe"

// CRC8 returns the checksum x⁸+x²+x+1 of data, beginning with 0. Go's hash/crc32 and hash/crc64
// have no shorter ones.
func CRC8(data []byte) byte {
	return byte(C.avloom_crc8((*C.uint8_t)(unsafe.SliceData(data)), C.size_t(len(data))))
}

// CRC16 returns the checksum x¹⁶+x¹⁵+x²+1 of data, beginning with 0.
func CRC16(data []byte) uint16 {
	return uint16(C.avloom_crc16((*C.uint8_t)(unsafe.SliceData(data)), C.size_t(len(data))))
}
