// Package lambdarunner runs Lambda function versions as warm local processes
// that speak the real Lambda Runtime API over loopback.
//
// [Packages] keeps the code packages (zips) and unpacks them on first use.
// [Runner] keeps a pool of processes for each function revision: one
// invocation at a time a process, another process when all are busy, none when
// nobody has called for a while. Start reading at [Runner.Invoke]; an
// invocation then goes pool.go (which process), process.go (its states),
// runtimeapi.go (the HTTP side), and comes back through logs.go and report.go.
// [Runner.InvokeStream] takes a response as it comes (stream.go).
//
// A runtime is a launcher (runtimes.go) and, but for custom ones, a small loop in
// the function's own language below bootstrap; Java's is built from java/src by
// scripts/java-runtime.sh.
//
// What the package does not do: it knows no aliases, no permissions and no
// event queues (package function does), and it is no sandbox. A function runs
// with the rights of the user that started the emulator; its memory
// is looked at from outside (memorylimit.go), on Linux only.
package lambdarunner
