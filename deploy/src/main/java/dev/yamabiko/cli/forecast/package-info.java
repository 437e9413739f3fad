/**
 * What a step would take on a cluster that is not there yet: {@link
 * dev.yamabiko.cli.forecast.Calibration} measures what the product's own code costs on this
 * machine, and {@link dev.yamabiko.cli.forecast.StepModel} puts these costs together for any number
 * of workers and slice nodes.
 */
package dev.yamabiko.cli.forecast;
