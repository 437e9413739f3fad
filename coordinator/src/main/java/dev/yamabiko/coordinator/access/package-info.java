/**
 * Who may ask what of the HTTP API: roles, the tokens file, and how a coordinator is told of them.
 */
package dev.yamabiko.coordinator.access;
