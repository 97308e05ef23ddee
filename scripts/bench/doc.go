// Command bench measures the built binary against the bare limit of the same
// machine in the same run and prints Markdown tables of ratios.
//
// Every server is a process of its own: the emulator (bin/stagedoor), and this
// program re-executed in the role of a bare net/http server, a bare tuned
// reverse proxy, or the backend behind the proxies. Contenders take turns within
// a round, and the median of the rounds' ratios is reported, so that a slow
// moment of the machine hits both.
package main
