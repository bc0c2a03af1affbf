/**
 * What is measured of a model, one class for each definition of gdpo-method.md. Pure arithmetic: no
 * model, no service.
 */
package io.gdpo.evaluation.metric;
