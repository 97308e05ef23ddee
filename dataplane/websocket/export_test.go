package websocket

// Select evaluates a selection expression on a message.
func Select(expression string, message []byte) (text string, ok bool) {
	parsed, err := parseSelection(expression)
	if err != nil {
		return "", false
	}
	return parsed.evaluate(&lone{body: message})
}

// lone is a message without a connection.
type lone struct {
	body   []byte
	parsed parsed
}

func (m *lone) selectionVariable(string) string { return "" }

func (m *lone) document(ofResponse bool) (any, bool) {
	if ofResponse {
		return nil, false
	}
	return m.parsed.parse(m.body)
}

// LargestFrame feeds the frame limit with pieces of a stream and tells whether it lets them
// through.
func LargestFrame(pieces ...[]byte) bool {
	var f frameLimit
	for _, piece := range pieces {
		if f.inspect(piece) != nil {
			return false
		}
	}
	return true
}
