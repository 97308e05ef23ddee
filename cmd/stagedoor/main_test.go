package main

import (
	"encoding/json"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"stagedoor": main})
}

// TestScripts runs the scripts in testdata/script against the command. Beside the
// usual commands they have:
//
//	freeport NAME              sets $NAME to the address of a free port
//	await URL                  waits until URL answers
//	fetch URL [SUBSTRING...]   gets URL and wants each substring in the answer
//	retry URL SUBSTRING...     fetches until the answer has each substring
//	served API SUBSTRING       fetches /pets of stage dev of an API, by its name, until
//	                           the answer has the substring; $ADDR is the emulator
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("NO_COLOR", "1")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"freeport": freePort, "await": await, "fetch": fetch, "retry": retry, "served": served,
		},
	})
}

func freePort(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: freeport NAME")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv(args[0], l.Addr().String())
	ts.Check(l.Close())
}

func await(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: await URL")
	}
	var err error
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		var response *http.Response
		if response, err = http.Get(args[0]); err == nil {
			response.Body.Close()
			return
		}
	}
	ts.Fatalf("no answer: %v", err)
}

func fetch(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 1 {
		ts.Fatalf("usage: fetch URL [SUBSTRING...]")
	}
	answer, err := get(args[0])
	if neg {
		if err == nil {
			ts.Fatalf("%s answers", args[0])
		}
		return
	}
	ts.Check(err)
	if want := lacks(answer, args[1:]); want != "" {
		ts.Fatalf("answer lacks %q:\n%s", want, answer)
	}
}

func retry(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: retry URL SUBSTRING...")
	}
	var answer string
	var err error
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if answer, err = get(args[0]); err == nil && lacks(answer, args[1:]) == "" {
			return
		}
	}
	ts.Fatalf("the last answer lacks %q: %v\n%s", lacks(answer, args[1:]), err, answer)
}

func served(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: served API SUBSTRING")
	}
	base := "http://" + ts.Getenv("ADDR")
	var answer string
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		apis, err := get(base + "/restapis?limit=500")
		if err != nil {
			continue
		}
		_, body, _ := strings.Cut(apis, "\r\n\r\n")
		var list struct{ Item []struct{ ID, Name string } }
		_ = json.Unmarshal([]byte(body), &list)
		for _, api := range list.Item {
			if api.Name != args[0] {
				continue
			}
			if answer, err = get(base + "/_aws/execute-api/" + api.ID + "/dev/pets"); err == nil && strings.Contains(answer, args[1]) {
				return
			}
		}
	}
	ts.Fatalf("the last answer lacks %q:\n%s", args[1], answer)
}

// get returns the whole response, head and body.
func get(url string) (string, error) {
	response, err := http.Get(url)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	var whole strings.Builder
	err = response.Write(&whole)
	return whole.String(), err
}

// lacks returns the first of the parts that is not in s.
func lacks(s string, parts []string) string {
	for _, part := range parts {
		if !strings.Contains(s, part) {
			return part
		}
	}
	return ""
}

func TestQuote(t *testing.T) {
	t.Parallel()
	for _, word := range []string{"", "plain", "http://127.0.0.1:4566", "two words", "$(id)", "it's", "`x`", "a\nb", `back\slash`, "*", "~"} {
		got, err := exec.Command("sh", "-c", "printf %s "+quote(word)).Output()
		if err != nil || string(got) != word {
			t.Errorf("%q became %q: %v", word, got, err)
		}
	}
	if got := quote("http://127.0.0.1:4566"); got != "http://127.0.0.1:4566" {
		t.Errorf("quote(URL) = %s: needs no quotes", got)
	}
}

func TestListenURL(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"":               "http://127.0.0.1:4566",
		"0.0.0.0:4566":   "http://127.0.0.1:4566",
		":80":            "http://127.0.0.1:80",
		"[::]:80":        "http://127.0.0.1:80",
		"[::1]:80":       "http://[::1]:80",
		"stagedoor:4566": "http://stagedoor:4566",
	} {
		if got := listenURL(address); got != want {
			t.Errorf("listenURL(%q) = %q, want %q", address, got, want)
		}
	}
}
