/**
 * Whether this machine will do for a node, before it is started: each check looks at one thing, and
 * says what it has found and what to do.
 *
 * <pre>
 *   Machine      MachineChecks    Java, vectors, memory, file handles, clock
 *   NodeFile     NodeChecks       host, ports, directories, tokens, who can reach the node
 *   Server       ServerChecks     the coordinator: its clock, its kernels' bits
 *   TlsFiles     PortCheck        its ports, and whether it and the node believe each other
 * </pre>
 */
package dev.yamabiko.cli.doctor;
