package logs

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
)

// event is one line of a log stream. Its times are milliseconds since 1970.
type event struct {
	Stream   string `json:"s"`
	Time     int64  `json:"t"`
	Ingested int64  `json:"i"`
	// Seq orders events of the same time; it is unique in a data directory.
	Seq     int64  `json:"n"`
	Message string `json:"m"`
}

// position is the place of an event in the order of its group.
type position struct{ time, seq int64 }

func (e *event) position() position { return position{e.Time, e.Seq} }

func (p position) compare(q position) int {
	return cmp.Or(cmp.Compare(p.time, q.time), cmp.Compare(p.seq, q.seq))
}

// before and after are the positions next to p.
func (p position) before() position {
	if p.seq == 0 {
		return position{p.time - 1, math.MaxInt64}
	}
	return position{p.time, p.seq - 1}
}

func (p position) after() position { return position{p.time, p.seq + 1} }

// positionDigits is the length of an event id on AWS.
const positionDigits = 56

// String is the position as an event id.
func (p position) String() string { return fmt.Sprintf("%019d%037d", p.time, p.seq) }

// parsePosition reads what String returns.
func parsePosition(text string) (position, bool) {
	if len(text) != positionDigits {
		return position{}, false
	}
	time, errTime := strconv.ParseInt(text[:19], 10, 64)
	seq, errSeq := strconv.ParseInt(text[19:], 10, 64)
	return position{time, seq}, errTime == nil && errSeq == nil
}
