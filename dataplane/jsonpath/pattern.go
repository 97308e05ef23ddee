package jsonpath

import (
	"regexp"
	"strings"
)

// compilePattern compiles a java.util.regex pattern with its flags for the linear
// time engine of Go; it matches whole strings. Look-around, back references,
// possessive quantifiers and class intersections cannot be matched in linear time
// and are syntax errors.
func compilePattern(source, flags string) (*regexp.Regexp, error) {
	t := patternTranslator{cursor: cursor{text: source}, flags: flags}
	if err := t.translate(); err != nil {
		return nil, err
	}
	prefix := ""
	for _, flag := range []string{"i", "m", "s"} {
		if strings.Contains(flags, flag) {
			prefix += flag
		}
	}
	if prefix != "" {
		prefix = "(?" + prefix + ")"
	}
	re, err := regexp.Compile(`\A(?:` + prefix + t.out.String() + `)\z`)
	if err != nil {
		return nil, syntaxError("pattern /%s/: %v", source, err)
	}
	return re, nil
}

// patternTranslator rewrites what Java spells differently or means differently.
type patternTranslator struct {
	cursor
	flags string
	out   strings.Builder
}

func (t *patternTranslator) has(flag string) bool { return strings.Contains(t.flags, flag) }

func (t *patternTranslator) translate() error {
	for t.inside() {
		switch b := t.here(); {
		case b == '\\':
			if err := t.escape(false); err != nil {
				return err
			}
		case b == '[':
			if err := t.class(); err != nil {
				return err
			}
		case b == '.' && !t.has("s"):
			t.at++
			t.out.WriteString(t.anyCharacter())
		case t.has("x") && strings.IndexByte(" \t\n\v\f\r", b) >= 0:
			t.at++
		case t.has("x") && b == '#':
			for t.inside() && t.here() != '\n' {
				t.at++
			}
		default:
			t.out.WriteByte(b)
			t.at++
		}
	}
	return nil
}

// anyCharacter is ".": anything but Java's line terminators.
func (t *patternTranslator) anyCharacter() string {
	if t.has("d") {
		return `[^\n]`
	}
	return `[^\n\r\x{85}\x{2028}\x{2029}]`
}

// class copies a character class. Java knows classes in classes; only simple ones
// have a counterpart.
func (t *patternTranslator) class() error {
	t.out.WriteByte('[')
	t.at++
	if t.here() == '^' {
		t.out.WriteByte('^')
		t.at++
	}
	for first := true; ; first = false {
		switch b := t.here(); {
		case !t.inside():
			return syntaxError("pattern /%s/: unclosed character class", t.text)
		case b == ']' && !first:
			t.out.WriteByte(']')
			t.at++
			return nil
		case b == '[' || (b == '&' && t.byteAt(t.at+1) == '&'):
			return syntaxError("pattern /%s/: nested character classes are not supported", t.text)
		case b == ']':
			t.out.WriteString(`\]`)
			t.at++
		case b == '\\':
			if err := t.escape(true); err != nil {
				return err
			}
		default:
			t.out.WriteByte(b)
			t.at++
		}
	}
}

// javaClasses are the escapes that stand for a set, as the inside of a class.
var javaClasses = map[byte]string{
	's': ` \t\n\x0B\f\r`,
	'h': ` \t\x{A0}\x{1680}\x{180e}\x{2000}-\x{200a}\x{202f}\x{205f}\x{3000}`,
	'v': `\n\x0B\f\r\x{85}\x{2028}\x{2029}`,
}

// escape translates one escape sequence.
func (t *patternTranslator) escape(inClass bool) error {
	t.at++
	b := t.here()
	t.at++
	switch {
	case b == 0:
		return syntaxError("pattern /%s/: backslash at the end", t.text)
	case b == 'u':
		unit, err := hexUnit(t.text[t.at:])
		if err != nil {
			return err
		}
		t.at += 4
		t.out.WriteString(regexp.QuoteMeta(fromUnits([]uint16{unit})))
	case b == 'e':
		t.out.WriteString(`\x1B`)
	case b == '/':
		t.out.WriteByte('/')
	case b == 'R' && !inClass:
		t.out.WriteString(`(?:\r\n|[\n\x0B\f\r\x{85}\x{2028}\x{2029}])`)
	case b == 'Z' && !inClass:
		t.out.WriteString(`\n?\z`)
	case javaClasses[b] != "":
		t.set(javaClasses[b], "", inClass)
	case javaClasses[b|0x20] != "" && b < 'a':
		if inClass {
			return syntaxError("pattern /%s/: \\%c is not supported in a class", t.text, b)
		}
		t.set(javaClasses[b|0x20], "^", false)
	case b == 'p' || b == 'P':
		return t.property(b, inClass)
	case b == 'Q':
		t.quotedText()
	default:
		t.out.WriteByte('\\')
		t.out.WriteByte(b)
	}
	return nil
}

func (t *patternTranslator) set(content, negated string, inClass bool) {
	if inClass {
		t.out.WriteString(content)
		return
	}
	t.out.WriteString("[" + negated + content + "]")
}

// quotedText copies \Q...\E as literal characters.
func (t *patternTranslator) quotedText() {
	rest := t.text[t.at:]
	text, _, closed := strings.Cut(rest, `\E`)
	t.at += len(text)
	if closed {
		t.at += len(`\E`)
	}
	t.out.WriteString(regexp.QuoteMeta(text))
}

// posixClasses are Java's \p{Name} for ASCII, under the names of [[:name:]].
var posixClasses = map[string]string{
	"Lower": "lower", "Upper": "upper", "ASCII": "ascii", "Alpha": "alpha",
	"Digit": "digit", "Alnum": "alnum", "Punct": "punct", "Graph": "graph",
	"Print": "print", "Blank": "blank", "Cntrl": "cntrl", "XDigit": "xdigit",
	"Space": "space",
}

// property translates \p{Lower} and \p{IsL}; Unicode names stay.
func (t *patternTranslator) property(letter byte, inClass bool) error {
	if t.here() != '{' {
		t.out.WriteByte('\\')
		t.out.WriteByte(letter)
		return nil
	}
	end := t.indexFrom(t.at, '}')
	if end < 0 {
		return syntaxError("pattern /%s/: unclosed character family", t.text)
	}
	name := t.text[t.at+1 : end]
	t.at = end + 1
	posix, ok := posixClasses[name]
	if !ok {
		t.out.WriteString(`\` + string(letter) + "{" + strings.TrimPrefix(name, "Is") + "}")
		return nil
	}
	if letter == 'P' {
		posix = "^" + posix
	}
	t.set("[:"+posix+":]", "", inClass)
	return nil
}
