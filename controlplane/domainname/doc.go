// Package domainname has the custom domain names as the second version of the API shows
// them: API mappings, which it shares with the base path mappings of the first, and routing
// rules. The names themselves are those of the first version.
package domainname
