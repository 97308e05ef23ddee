package logs

import (
	"iter"
	"math"
	"slices"
	"strings"
)

const (
	// maxPageBytes is the size of a page of events, as AWS counts it: the messages, and
	// eventOverhead for each.
	maxPageBytes  = 1 << 20
	eventOverhead = 26
)

// fitting returns how many of events, at most limit, fit into a page; one always does.
func fitting(events iter.Seq[*event], limit int) (count int) {
	size := 0
	for e := range events {
		size += len(e.Message) + eventOverhead
		if count == limit || count > 0 && size > maxPageBytes {
			return count
		}
		count++
	}
	return count
}

// token says where a page of GetLogEvents begins, and which way it goes.
type token struct {
	backward bool
	at       position
}

// parseToken reads a token; without one it is that of the first page from an end of the stream.
func parseToken(text string, fromHead bool) (token, error) {
	if text == "" {
		if fromHead {
			return token{at: position{time: math.MinInt64}}, nil
		}
		return token{backward: true, at: position{time: math.MaxInt64}}, nil
	}
	direction, mark, _ := strings.Cut(text, "/")
	at, ok := parsePosition(mark)
	if !ok || direction != "f" && direction != "b" {
		return token{}, invalid("The specified nextToken is invalid.")
	}
	return token{backward: direction == "b", at: at}, nil
}

// leadsTo tells whether an event is on the way.
func (t token) leadsTo(p position) bool {
	if t.backward {
		return p.compare(t.at) < 0
	}
	return p.compare(t.at) > 0
}

// page returns those of the events on the way, which are in order, that come first.
func (t token) page(events []*event, limit int) []*event {
	if !t.backward {
		return events[:fitting(slices.Values(events), limit)]
	}
	newestFirst := func(yield func(*event) bool) {
		for _, e := range slices.Backward(events) {
			if !yield(e) {
				return
			}
		}
	}
	return events[len(events)-fitting(newestFirst, limit):]
}

// ends returns the positions for the tokens of a page without events: the way that t goes on
// leads on from where it is, and the way back begins with the event that is there.
func (t token) ends() (forward, backward position) {
	switch t.at.time {
	case math.MinInt64, math.MaxInt64: // there is no event at all yet
		return position{}, position{}
	}
	if t.backward {
		return t.at.before(), t.at
	}
	return t.at, t.at.after()
}
