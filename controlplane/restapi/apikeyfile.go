package restapi

import (
	"errors"
	"fmt"
	"strings"

	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// keyRow is a row of an API key file.
type keyRow struct {
	line                     int
	name, value, description string
	enabled                  string
	usagePlanIDs             []string
}

// Unverified: the wordings.
var (
	errKeyFileHeader = wire.BadRequest("The API key file must have a header row with the columns Name and Key")
	errOpenQuote     = errors.New("a quote is not closed")
)

// parseKeyFile reads an API key file: a header row that names the columns, in any
// case and order, then a key a row. A row that cannot be read becomes a warning.
func parseKeyFile(text string) (rows []keyRow, warnings []string, err error) {
	text = strings.TrimPrefix(text, "\ufeff")
	var columns map[string]int
	for i, line := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		cells, err := splitKeyLine(line)
		if columns == nil {
			if err != nil {
				return nil, nil, errKeyFileHeader
			}
			if columns, err = keyColumns(cells); err != nil {
				return nil, nil, err
			}
			continue
		}
		if err != nil {
			warnings = append(warnings, fmt.Sprintf("Line %d: %v", i+1, err))
			continue
		}
		cell := func(column string) string {
			if at, ok := columns[column]; ok && at < len(cells) {
				return cells[at]
			}
			return ""
		}
		row := keyRow{line: i + 1, name: cell("name"), value: cell("key"), description: cell("description"), enabled: cell("enabled")}
		for id := range strings.SplitSeq(cell("usageplanids"), ",") {
			if id = strings.TrimSpace(id); id != "" {
				row.usagePlanIDs = withElement(row.usagePlanIDs, id)
			}
		}
		rows = append(rows, row)
	}
	if columns == nil {
		return nil, nil, errKeyFileHeader
	}
	return rows, warnings, nil
}

func keyColumns(header []string) (map[string]int, error) {
	columns := map[string]int{}
	for i, name := range header {
		columns[strings.ToLower(name)] = i
	}
	_, named := columns["name"]
	_, keyed := columns["key"]
	if !named || !keyed {
		return nil, errKeyFileHeader
	}
	return columns, nil
}

// splitKeyLine splits a line at its commas. A cell in single or double quotes may
// contain commas; its quote doubled stands for one.
func splitKeyLine(line string) ([]string, error) {
	var cells []string
	for {
		rest := strings.TrimLeft(line, " \t")
		if rest == "" || rest[0] != '"' && rest[0] != '\'' {
			cell, after, more := strings.Cut(line, ",")
			cells = append(cells, strings.TrimSpace(cell))
			if !more {
				return cells, nil
			}
			line = after
			continue
		}
		cell, after, err := quotedCell(rest)
		if err != nil {
			return nil, err
		}
		cells = append(cells, cell)
		after = strings.TrimLeft(after, " \t")
		if after == "" {
			return cells, nil
		}
		if after[0] != ',' {
			return nil, errors.New("a quoted value is followed by text")
		}
		line = after[1:]
	}
}

// quotedCell reads the cell in quotes that text begins with.
func quotedCell(text string) (cell, rest string, err error) {
	quote := text[:1]
	text = text[1:]
	for {
		before, after, closed := strings.Cut(text, quote)
		if !closed {
			return "", "", errOpenQuote
		}
		cell += before
		if !strings.HasPrefix(after, quote) {
			return cell, after, nil
		}
		cell += quote
		text = after[1:]
	}
}
