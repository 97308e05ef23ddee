// Package functionurl serves Lambda function URLs: each request becomes an event of the
// payload format 2.0, and what the function returns becomes the response (AWS, "Invoking
// Lambda function URLs").
package functionurl
