// Package sample is the API that "stagedoor start --sample" deploys: a function
// behind GET /hello and /{proxy+}, and a mock behind GET /mock. [Deploy] makes it
// through the emulator's HTTP API, as any client would; [Run] is the function.
package sample
