package sample

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
)

// codePackage returns the zip of a provided runtime whose bootstrap is command. Equal
// commands give equal bytes.
func codePackage(command []string) ([]byte, error) {
	var script strings.Builder
	script.WriteString("#!/bin/sh\nexec")
	for _, word := range command {
		script.WriteString(" '" + strings.ReplaceAll(word, "'", `'\''`) + "'")
	}
	script.WriteString("\n")

	var buffer bytes.Buffer
	archive := zip.NewWriter(&buffer)
	header := &zip.FileHeader{Name: "bootstrap", Method: zip.Store}
	header.SetMode(0o755)
	file, err := archive.CreateHeader(header)
	if err != nil {
		return nil, err
	}
	if _, err := io.WriteString(file, script.String()); err != nil {
		return nil, err
	}
	if err := archive.Close(); err != nil {
		return nil, err
	}
	return buffer.Bytes(), nil
}
