package container

import (
	"slices"
	"strings"
)

// bibliographic are the words of ISO 639-2/B by those of ISO 639-2/T, where a language has two.
var bibliographic = map[string]string{
	"bod": "tib", "ces": "cze", "cym": "wel", "deu": "ger", "ell": "gre", "eus": "baq", "fas": "per",
	"fra": "fre", "hye": "arm", "isl": "ice", "kat": "geo", "mkd": "mac", "mri": "mao", "msa": "may",
	"mya": "bur", "nld": "dut", "ron": "rum", "slk": "slo", "sqi": "alb", "zho": "chi",
}

// macintosh are the languages that a mov file can name, as FFmpeg's muxer calls them
// (mov_mdhd_language_map in isom.c). The file has a number of Apple's for each, no letters. Chinese
// is missing, because its number says more: traditional Chinese, or simplified.
var macintosh = strings.Fields(
	"eng fra ger ita dut sve spa dan por nor heb jpn ara fin gre ice mlt tur urd hin tha kor lit " +
		"pol hun est lav smi per rus alb ron ces slk slv yid mac bul ukr bel uzb kaz aze arm geo mol kir " +
		"tgk tuk mon pus kur kas snd tib nep san mar ben asm guj ori mal kan tam tel sin bur khm lao vie " +
		"ind tgl may amh tir orm som swa kin run nya mlg epo wel baq cat lat que grn aym tat uig dzo jav",
)

// misnamed are languages to which FFmpeg's muxer for mov gives other names than ISO 639 does. It
// knows Swedish by the word for Serili.
var misnamed = map[string]string{"swe": "sve", "hrv": "hr ", "fao": "fo ", "srp": "sr ", "pan": "pa "}

// twoLetters are the languages that FFmpeg can name by the two letters of ISO 639-1, which ASF has
// (lang_table in avlanguage.c).
var twoLetters = strings.Fields(
	"aar abk afr aka alb amh ara arg arm asm ava ave aym aze bak bam baq bel ben bih bis bod bos bre " +
		"bul bur cat ces cha che chi chu chv cor cos cre cym cze dan deu div dut dzo ell eng epo est eus " +
		"ewe fao fas fij fin fra fre fry ful geo ger gla gle glg glv gre grn guj hat hau heb her hin hmo " +
		"hrv hun hye ibo ice ido iii iku ile ina ind ipk isl ita jav jpn kal kan kas kat kau kaz khm kik " +
		"kin kir kom kon kor kua kur lao lat lav lim lin lit ltz lub lug mac mah mal mao mar may mkd mlg " +
		"mlt mon mri msa mya nau nav nbl nde ndo nep nld nno nob nor nya oci oji ori orm oss pan per pli " +
		"pol por pus que roh ron rum run rus sag san sin slk slo slv sme smo sna snd som sot spa sqi srd " +
		"srp ssw sun swa swe tah tam tat tel tgk tgl tha tib tir ton tsn tso tuk tur twi uig ukr urd uzb " +
		"ven vie vol wel wln wol xho yid yor zha zho zul",
)

// movLanguage returns the name of a language in FFmpeg's muxer for mov; "": a mov file cannot name
// it.
func movLanguage(word string) string {
	if name := misnamed[word]; name != "" {
		return name
	}
	for _, name := range []string{word, otherWord(word)} {
		if name != misnamed["swe"] && slices.Contains(macintosh, name) {
			return name
		}
	}
	return ""
}

// otherWord returns the other word that ISO 639-2 has for a language; "": there is none.
func otherWord(word string) string {
	if other := bibliographic[word]; other != "" {
		return other
	}
	for other, b := range bibliographic {
		if b == word {
			return other
		}
	}
	return ""
}
