/**
 * What is measured of a model, one class for each definition of gdpo-method.md; {@link
 * io.gdpo.evaluation.metric.Metrics} has the list. Pure arithmetic: no model, no service.
 */
package io.gdpo.evaluation.metric;
