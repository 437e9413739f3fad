/** The job file: parse, validate, print. Every error names file, line, key, expected and found. */
package dev.yamabiko.job;
