package responsecache

import "encoding/binary"

// AppendKey adds a parameter and its values to a key, each with its length, so that no two
// requests that differ have the same key.
func AppendKey(key []byte, name string, values []string) []byte {
	key = appendText(key, name)
	key = binary.AppendUvarint(key, uint64(len(values)))
	for _, value := range values {
		key = appendText(key, value)
	}
	return key
}

func appendText(key []byte, text string) []byte {
	return append(binary.AppendUvarint(key, uint64(len(text))), text...)
}
