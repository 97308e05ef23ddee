package vtl

import (
	"fmt"
	"regexp"
	"strings"
)

// static is the static methods of String, which templates call by any text.
func (c *methodCall) static(string) (any, error) {
	switch c.name {
	case "valueOf":
		return textOf(c.args[0]), nil
	case "format":
		return c.format()
	case "join":
		return c.join()
	}
	return nil, nil
}

func (c *methodCall) join() (any, error) {
	var parts []string
	items := c.args[1:]
	if len(items) == 1 && itemsOf(items[0]) != nil {
		items = itemsOf(items[0])
	}
	size := 0
	for _, item := range items {
		text := textOf(item)
		size += len(text)
		parts = append(parts, text)
	}
	separator := textOf(c.args[0])
	return strings.Join(parts, separator), c.s.checkSize(size + len(separator)*len(parts))
}

// specifier is a format specifier of java.util.Formatter, without dates.
var specifier = regexp.MustCompile(`%(\d+\$)?([-#+ 0,(]*)(\d{1,4})?(\.\d{1,3})?([bBsSdxXofeEgcCn%])`)

// format is String.format with the conversions that texts and numbers need.
func (c *methodCall) format() (any, error) {
	layout, ok := c.text(0)
	if !ok {
		return nil, nil
	}
	args := c.args[1:]
	if len(args) == 1 {
		if list, ok := args[0].(*List); ok {
			args = list.Items
		}
	}
	next := 0
	var failed error
	out := specifier.ReplaceAllStringFunc(layout, func(match string) string {
		conversion := match[len(match)-1]
		switch conversion {
		case '%':
			return "%"
		case 'n':
			return "\n"
		}
		if next >= len(args) || strings.Contains(match, "$") || strings.ContainsAny(match, ",(") {
			failed = exception("format %q", layout)
			return ""
		}
		arg := args[next]
		next++
		text, err := formatOne(match, conversion, arg)
		if err != nil {
			failed = err
		}
		return text
	})
	return out, failed
}

func formatOne(layout string, conversion byte, arg any) (string, error) {
	switch conversion {
	case 's', 'S', 'b', 'B', 'c', 'C':
		text := fmt.Sprintf(layout[:len(layout)-1]+"s", textOf(arg))
		if conversion < 'a' {
			text = strings.ToUpper(text)
		}
		return text, nil
	}
	n, ok := numberOf(arg)
	isWhole := strings.IndexByte("dxXo", conversion) >= 0
	if !ok || isWhole == n.isDouble {
		return "", exception("format %q of %q", layout, textOf(arg))
	}
	if isWhole {
		return fmt.Sprintf(layout, n.bigInt()), nil
	}
	return fmt.Sprintf(layout, n.double), nil
}
