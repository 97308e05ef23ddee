package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"time"
)

func main() {
	role := flag.String("role", "", "serve a baseline role (internal)")
	backend := flag.String("backend", "", "backend of the proxy role (internal)")
	binary := flag.String("binary", "bin/stagedoor", "the emulator")
	duration := flag.Duration("duration", time.Second, "length of one measurement")
	rounds := flag.Int("rounds", 5, "rounds per table row")
	only := flag.String("only", "", "one measurement: startup, requests, functions, httpapis, websockets, coldstart or writes")
	flag.Parse()
	if *role != "" {
		if err := serve(*role, *backend); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	bench := &bench{binary: *binary, duration: *duration, rounds: *rounds, only: *only}
	if err := bench.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		stop()
		os.Exit(1)
	}
}

// bench holds what every measurement needs.
type bench struct {
	binary   string
	duration time.Duration
	rounds   int
	// only names the one measurement that is wanted; empty = all.
	only string
}

func (b *bench) run(ctx context.Context) error {
	fmt.Printf("%s/%s, %d cores, %s, %d rounds of %s\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), b.rounds, b.duration)
	for _, measurement := range []struct {
		name    string
		measure func(context.Context) error
	}{
		{"startup", b.startUp},
		{"requests", b.requests},
		{"functions", b.functions},
		{"httpapis", b.httpAPIs},
		{"websockets", b.webSockets},
		{"coldstart", b.coldStart},
		{"writes", b.writes},
	} {
		if b.only != "" && b.only != measurement.name {
			continue
		}
		if err := measurement.measure(ctx); err != nil {
			return err
		}
	}
	return nil
}

// compare measures the contender and its limit in turns and returns the medians
// of both and of their ratio.
func (b *bench) compare(ctx context.Context, contender, limit load) (rate, limitRate, ratio float64, err error) {
	var rates, limits, ratios []float64
	for round := range b.rounds + 1 {
		got, errGot := contender.run(ctx, b.duration)
		want, errWant := limit.run(ctx, b.duration)
		if err := errors.Join(errGot, errWant); err != nil {
			return 0, 0, 0, err
		}
		if round == 0 {
			continue // warms up processes, connections and the heap
		}
		rates, limits, ratios = append(rates, got), append(limits, want), append(ratios, got/want)
	}
	return median(rates), median(limits), median(ratios), nil
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}
