/**
 * The {@code yamabiko} command: commands, what they print, and how they end. What the user got
 * wrong ends in exit code 2 and one line; standard output carries answers, standard error
 * everything else.
 */
package dev.yamabiko.cli;
