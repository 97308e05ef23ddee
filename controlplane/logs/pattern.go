package logs

import "strings"

// parsePattern compiles a filter pattern of terms: all of them have to be in a message,
// one of those with "?" suffices, none with "-" may be. Quotes make a term of several
// words. Patterns for JSON and for columns are refused.
func parsePattern(pattern string) (func(string) bool, error) {
	pattern = strings.TrimSpace(pattern)
	if strings.HasPrefix(pattern, "{") || strings.HasPrefix(pattern, "[") || strings.HasPrefix(pattern, "%") {
		return nil, invalid("Stagedoor supports filter patterns of terms only, not of JSON, columns or regular expressions: " + pattern)
	}
	var all, some, none []string
	for pattern != "" {
		list := &all
		switch pattern[0] {
		case '?':
			list, pattern = &some, pattern[1:]
		case '-':
			list, pattern = &none, pattern[1:]
		}
		var term string
		if quoted, ok := strings.CutPrefix(pattern, `"`); ok {
			if term, pattern, ok = strings.Cut(quoted, `"`); !ok {
				return nil, invalid("Invalid filter pattern")
			}
		} else {
			term, pattern, _ = strings.Cut(pattern, " ")
		}
		if term != "" {
			*list = append(*list, term)
		}
		pattern = strings.TrimLeft(pattern, " ")
	}
	contains := func(message string, terms []string) (count int) {
		for _, term := range terms {
			if strings.Contains(message, term) {
				count++
			}
		}
		return count
	}
	return func(message string) bool {
		return contains(message, all) == len(all) && contains(message, none) == 0 && (len(some) == 0 || len(all) > 0 || contains(message, some) > 0)
	}, nil
}
