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
	bench := &bench{binary: *binary, duration: *duration, rounds: *rounds}
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
}

func (b *bench) run(ctx context.Context) error {
	fmt.Printf("%s/%s, %d cores, %s, %d rounds of %s\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), b.rounds, b.duration)
	for _, measure := range []func(context.Context) error{b.startUp, b.requests, b.functions, b.httpAPIs, b.coldStart, b.writes} {
		if err := measure(ctx); err != nil {
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
