package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
)

// requestLine is an exchange as the emulator lists it.
type requestLine struct {
	ID, API, Stage, Method, Path, Resource string
	Time                                   time.Time
	Status                                 int
	DurationMillis                         float64
	Error                                  string
}

// requestDetail is an exchange with its steps.
type requestDetail struct {
	requestLine

	Request, Response requestMessage
	Steps             []requestStep
}

type requestStep struct {
	Name, Decision string
	DurationMillis float64
	Messages       []requestMessage
}

type requestMessage struct {
	Kind, Method, URI, ContentType string
	Status                         int
	LatencyMillis                  float64
	Headers                        map[string][]string
	Body                           *string
	BodyBytes                      int64
	Truncated                      bool
}

// requestsPrinter prints exchanges for people.
type requestsPrinter struct {
	w       io.Writer
	colours bool
}

// Escape sequences (ECMA-48).
const (
	bold   = "\x1b[1m"
	faint  = "\x1b[2m"
	red    = "\x1b[31m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	plain  = "\x1b[0m"
)

func (p requestsPrinter) colour(colour, text string) string {
	if !p.colours {
		return text
	}
	return colour + text + plain
}

func statusColour(status int) string {
	switch {
	case status >= 500:
		return red
	case status >= 400:
		return yellow
	default:
		return green
	}
}

// line prints an exchange in a line: clients choose what is in a path, so it cannot
// have escape sequences of its own.
func (p requestsPrinter) line(r *requestLine) error {
	text := fmt.Sprintf("%s  %s  %-7s %s  %s  %s",
		p.colour(faint, r.Time.Local().Format("15:04:05.000")), p.colour(statusColour(r.Status), fmt.Sprint(r.Status)),
		printable(r.Method), printable(r.Path), duration(r.DurationMillis), p.colour(faint, r.API+" "+r.ID))
	if r.Error != "" {
		text += "  " + p.colour(red, strings.ReplaceAll(printable(r.Error), "\n", " "))
	}
	_, err := fmt.Fprintln(p.w, text)
	return err
}

func duration(millis float64) string { return fmt.Sprintf("%.1f ms", millis) }

// printable replaces what a terminal would act on.
func printable(text string) string {
	return strings.Map(func(c rune) rune {
		if c == '\n' || c == '\t' || unicode.IsPrint(c) {
			return c
		}
		return unicode.ReplacementChar
	}, text)
}

// detail prints an exchange with all that is kept of it.
func (p requestsPrinter) detail(r *requestDetail) error {
	var b bytes.Buffer
	inner := requestsPrinter{w: &b, colours: p.colours}
	_ = inner.line(&r.requestLine) // a buffer takes everything
	_, _ = fmt.Fprintf(&b, "%s  stage %s  resource %s\n", p.colour(faint, r.Time.UTC().Format(time.RFC3339Nano)), r.Stage, or(r.Resource, "-"))
	inner.message("", &r.Request)
	for i := range r.Steps {
		step := &r.Steps[i]
		_, _ = fmt.Fprintf(&b, "\n%s  %s", p.colour(bold, step.Name), p.colour(faint, duration(step.DurationMillis)))
		if step.Decision != "" {
			_, _ = fmt.Fprint(&b, "  ", printable(step.Decision))
		}
		_, _ = fmt.Fprintln(&b)
		for j := range step.Messages {
			inner.message("  ", &step.Messages[j])
		}
	}
	inner.message("", &r.Response)
	_, err := p.w.Write(b.Bytes())
	return err
}

// message prints a message, all lines indented.
func (p requestsPrinter) message(indent string, m *requestMessage) {
	head := []string{p.colour(bold, m.Kind), m.ContentType, m.Method, printable(m.URI)}
	if m.Status != 0 {
		head = append(head, p.colour(statusColour(m.Status), fmt.Sprint(m.Status)))
	}
	if m.LatencyMillis != 0 {
		head = append(head, "after "+duration(m.LatencyMillis))
	}
	head = slices.DeleteFunc(head, func(text string) bool { return text == "" })
	_, _ = fmt.Fprintln(p.w, "\n"+indent+strings.Join(head, " "))
	for _, name := range slices.Sorted(maps.Keys(m.Headers)) {
		for _, value := range m.Headers[name] {
			_, _ = fmt.Fprintf(p.w, "%s  %s: %s\n", indent, p.colour(faint, printable(name)), printable(value))
		}
	}
	switch {
	case m.Body != nil:
		_, _ = fmt.Fprintln(p.w, indent+"  "+strings.ReplaceAll(printable(indented(*m.Body)), "\n", "\n"+indent+"  "))
	case m.BodyBytes > 0:
		_, _ = fmt.Fprintf(p.w, "%s  (%d bytes that are no text)\n", indent, m.BodyBytes)
	}
	if m.Truncated {
		_, _ = fmt.Fprintf(p.w, "%s  (the beginning of %d bytes)\n", indent, m.BodyBytes)
	}
}

// indented returns JSON with a line for each member, other text as it is.
func indented(text string) string {
	var b bytes.Buffer
	if json.Indent(&b, []byte(text), "", "  ") != nil {
		return text
	}
	return b.String()
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
