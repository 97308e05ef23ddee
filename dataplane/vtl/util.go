package vtl

import (
	"encoding/base64"
	"net/url"
	"strings"
	"unicode/utf16"

	"github.com/stagedoor-dev/stagedoor/dataplane/jsonvalue"
)

// utilities is $util.
type utilities struct{}

// Property implements [Object].
func (utilities) Property(string) any { return nil }

// Call implements [Object]. Of what is missing every text is empty (RT-27); null gives
// null.
func (utilities) Call(name string, args []any) (any, bool, error) {
	if len(args) != 1 {
		return nil, false, nil
	}
	if args[0] == nil {
		return nil, true, nil
	}
	text := textOf(args[0])
	switch name {
	case "escapeJavaScript":
		return escapeJavaScript(text), true, nil
	case "urlEncode":
		return encodeForm(text), true, nil
	case "urlDecode":
		decoded, err := url.QueryUnescape(text)
		if err != nil {
			return nil, true, exception("urlDecode: %v", err)
		}
		return decoded, true, nil
	case "base64Encode":
		return base64.StdEncoding.EncodeToString([]byte(text)), true, nil
	case "base64Decode":
		decoded, err := base64.StdEncoding.DecodeString(strings.TrimRight(text, "\r\n"))
		if err != nil {
			return nil, true, exception("base64Decode: %v", err)
		}
		return string(decoded), true, nil
	case "parseJson":
		value, err := jsonvalue.ParseString(text)
		if err != nil {
			return nil, true, exception("parseJson: %v", err)
		}
		return orMissing(value), true, nil
	}
	return nil, false, nil
}

// encodeForm is java.net.URLEncoder.
func encodeForm(text string) string {
	// It differs from net/url in "*", which stays, and "~", which does not.
	return strings.NewReplacer("%2A", "*", "~", "%7E").Replace(url.QueryEscape(text))
}

// escapeJavaScript is StringEscapeUtils.escapeJavaScript of Commons Lang 2.
func escapeJavaScript(text string) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	b.Grow(len(text) + 8)
	unicode := func(u uint16) {
		b.WriteString(`\u`)
		for shift := 12; shift >= 0; shift -= 4 {
			b.WriteByte(digits[u>>shift&0xf])
		}
	}
	for _, r := range text {
		switch {
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			unicode(uint16(high))
			unicode(uint16(low))
		case r > 0x7f:
			unicode(uint16(r))
		case r >= ' ':
			if strings.ContainsRune(`'"\/`, r) {
				b.WriteByte('\\')
			}
			b.WriteByte(byte(r))
		default:
			if i := strings.IndexRune("\b\n\t\f\r", r); i >= 0 {
				b.WriteByte('\\')
				b.WriteByte("bntfr"[i])
				continue
			}
			unicode(uint16(r))
		}
	}
	return b.String()
}
