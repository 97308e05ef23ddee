package vtl

import (
	"fmt"
	"strings"
)

// MaxTemplateBytes is the size of the largest template (API Gateway's quota, 300 KB).
const MaxTemplateBytes = 300 << 10

// maxNesting bounds how deep directives and expressions nest.
const maxNesting = 250

// ParseError says where a text is no template.
type ParseError struct {
	// Line and Column begin with 1; columns count bytes.
	Line, Column int
	Message      string
}

func (e *ParseError) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Message)
}

// Parse reads a template. Its errors are [*ParseError].
func Parse(text string) (*Template, error) {
	if len(text) > MaxTemplateBytes {
		return nil, &ParseError{Line: 1, Column: 1, Message: fmt.Sprintf("the template is larger than %d bytes", MaxTemplateBytes)}
	}
	scope := newNames()
	root, err := parse(text, scope)
	if err != nil {
		return nil, err
	}
	return &Template{root: root, scope: scope, size: len(text)}, nil
}

func parse(text string, scope *names) (block, error) {
	p := &parser{src: text, names: scope}
	for _, begin := range [...]string{"$", "#", "$!"} {
		if strings.HasSuffix(text, begin) && !strings.HasSuffix(text, "##") && !strings.HasSuffix(text, "*#") && !strings.HasSuffix(text, "]#") {
			p.pos = len(text)
			return nil, p.fail("the template ends with " + begin) // as in Velocity 1.7
		}
	}
	body, terminator, err := p.block()
	if err == nil && terminator != "" {
		err = p.fail("#" + terminator + " without a directive that it belongs to")
	}
	return body, err
}

// parser is a recursive-descent parser over the text itself: what is a token depends on
// where in the template it stands.
type parser struct {
	src   string
	pos   int
	names *names
	depth int
}

func (p *parser) fail(message string) error {
	before := p.src[:min(p.pos, len(p.src))]
	return &ParseError{
		Line:    strings.Count(before, "\n") + 1,
		Column:  len(before) - strings.LastIndexByte(before, '\n'),
		Message: message,
	}
}

// nested runs parse one level deeper.
func (p *parser) nested(parse func() error) error {
	if p.depth++; p.depth > maxNesting {
		return p.fail("directives and expressions nest too deep")
	}
	defer func() { p.depth-- }()
	return parse()
}

// builder collects the nodes of a block; neighbouring texts become one.
type builder struct {
	nodes block
	text  strings.Builder
}

func (b *builder) add(n node) {
	b.flush()
	b.nodes = append(b.nodes, n)
}

func (b *builder) flush() {
	if b.text.Len() > 0 {
		b.nodes = append(b.nodes, text(b.text.String()))
		b.text.Reset()
	}
}

// block parses up to the end of the text or to #end, #else or #elseif, which it returns
// and leaves behind.
func (p *parser) block() (body block, terminator string, err error) {
	b := &builder{}
	err = p.nested(func() error {
		isText := false // whether the text before this position is plain
		for p.pos < len(p.src) {
			if !isText {
				p.skipBeforeSet()
			}
			if end := strings.IndexAny(p.src[p.pos:], `$#\`); end != 0 {
				if end < 0 {
					end = len(p.src) - p.pos
				}
				b.text.WriteString(p.src[p.pos : p.pos+end])
				p.pos += end
				isText = true
				continue
			}
			start := b.text.Len()
			terminator, err = p.special(b)
			if err != nil || terminator != "" {
				return err
			}
			isText = b.text.Len() > start
		}
		return nil
	})
	b.flush()
	return b.nodes, terminator, err
}

// skipBeforeSet skips blanks in front of a #set that follows no text.
func (p *parser) skipBeforeSet() {
	rest := strings.TrimLeft(p.src[p.pos:], " \t")
	for _, name := range [...]string{"#set", "#{set}"} {
		if after, ok := strings.CutPrefix(rest, name); ok && strings.HasPrefix(strings.TrimLeft(after, " \t"), "(") {
			p.pos = len(p.src) - len(rest)
		}
	}
}

// special parses what begins with "$", "#" or backslashes.
func (p *parser) special(b *builder) (terminator string, err error) {
	start := p.pos
	for p.pos < len(p.src) && p.src[p.pos] == '\\' {
		p.pos++
	}
	prefix := p.src[start:p.pos]
	if p.pos == len(p.src) {
		b.text.WriteString(prefix)
		return "", nil
	}
	switch p.src[p.pos] {
	case '$':
		return "", p.printed(b, prefix)
	case '#':
		return p.hash(b, prefix)
	default:
		b.text.WriteString(prefix)
		return "", nil
	}
}

// printed parses a reference in the text; a "$" that begins none is text.
func (p *parser) printed(b *builder, prefix string) error {
	start := p.pos
	r, quiet, err := p.reference()
	if err != nil {
		return err
	}
	if r == nil {
		p.pos = start + 1
		b.text.WriteString(prefix)
		b.text.WriteByte('$')
		return nil
	}
	b.add(&printed{reference: r, prefix: prefix, quiet: quiet})
	return nil
}

// hash parses what begins with "#" behind backslashes.
func (p *parser) hash(b *builder, prefix string) (terminator string, err error) {
	rest := p.src[p.pos:]
	switch {
	case strings.HasPrefix(rest, "##"):
		b.text.WriteString(prefix)
		if end := strings.IndexAny(rest, "\r\n"); end >= 0 {
			p.pos += end
			p.newline()
		} else {
			p.pos = len(p.src)
		}
		return "", nil
	case strings.HasPrefix(rest, "#*"):
		b.text.WriteString(prefix)
		if end := strings.Index(rest[2:], "*#"); end >= 0 {
			p.pos += end + 4
		} else {
			p.pos = len(p.src)
		}
		return "", nil
	case strings.HasPrefix(rest, "#[["):
		end := strings.Index(rest, "]]#")
		if end < 0 {
			return "", p.fail("#[[ is not closed")
		}
		b.text.WriteString(prefix)
		b.add(text(rest[3:end]))
		p.pos += end + 3
		return "", nil
	}
	return p.directive(b, prefix)
}

// newline skips one line break.
func (p *parser) newline() bool {
	switch {
	case strings.HasPrefix(p.src[p.pos:], "\r\n"):
		p.pos += 2
	case p.pos < len(p.src) && (p.src[p.pos] == '\n' || p.src[p.pos] == '\r'):
		p.pos++
	default:
		return false
	}
	return true
}

// endOfLine skips blanks with a line break behind them, or nothing.
func (p *parser) endOfLine() {
	start := p.pos
	p.blanks()
	if !p.newline() {
		p.pos = start
	}
}

func (p *parser) blanks() {
	for p.pos < len(p.src) && (p.src[p.pos] == ' ' || p.src[p.pos] == '\t') {
		p.pos++
	}
}

// space skips blanks and line breaks.
func (p *parser) space() {
	for p.pos < len(p.src) && strings.IndexByte(" \t\r\n", p.src[p.pos]) >= 0 {
		p.pos++
	}
}

// accept skips a text if it is next.
func (p *parser) accept(token string) bool {
	if !strings.HasPrefix(p.src[p.pos:], token) {
		return false
	}
	p.pos += len(token)
	return true
}

func (p *parser) expect(token string) error {
	p.space()
	if !p.accept(token) {
		return p.fail("expected " + token)
	}
	return nil
}

// word returns the identifier that is next, empty when none is.
func (p *parser) word() string {
	start := p.pos
	if p.pos == len(p.src) || !isLetter(p.src[p.pos]) {
		return ""
	}
	for p.pos < len(p.src) && (isLetter(p.src[p.pos]) || isDigit(p.src[p.pos]) || p.src[p.pos] == '-') {
		p.pos++
	}
	return p.src[start:p.pos]
}

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
