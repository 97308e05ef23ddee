// Package customdomain finds the stage that a request by a custom domain name is for: by
// the host, then by the longest base path that the request's path begins with.
package customdomain
