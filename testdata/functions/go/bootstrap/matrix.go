package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// request is an event of the runtime matrix.
type request struct {
	Do    string
	Value any
	Size  int
	Dir   string
	Count int
}

var calls int

// matrix does what the event says, the same as the handlers of the other runtimes.
func matrix(invocation string, event []byte) error {
	calls++
	var r request
	if err := json.Unmarshal(event, &r); err != nil {
		return err
	}
	var result any
	switch r.Do {
	case "echo":
		result = r.Value
	case "length":
		result = len(r.Value.(string))
	case "large":
		result = strings.Repeat("x", r.Size)
	case "count":
		result = calls
	case "variable":
		result = os.Getenv("MY_VARIABLE")
	case "meet":
		if err := meet(r.Dir, r.Count); err != nil {
			return err
		}
		result = os.Getpid()
	case "layer":
		out, err := exec.Command("layered").Output()
		if err != nil {
			return err
		}
		result = string(out)
	case "fail":
		return post(invocation+"/error", []byte(`{"errorMessage":"broken","errorType":"errorString"}`), "errorString")
	case "exit":
		os.Exit(3)
	default:
		<-time.After(time.Hour)
	}
	body, err := json.Marshal(result)
	if err != nil {
		return err
	}
	return post(invocation+"/response", body, "")
}

func meet(dir string, count int) error {
	if err := os.WriteFile(filepath.Join(dir, strconv.Itoa(os.Getpid())), nil, 0o600); err != nil {
		return err
	}
	for {
		files, err := os.ReadDir(dir)
		if err != nil || len(files) >= count {
			return err
		}
		time.Sleep(5 * time.Millisecond)
	}
}
