/**
 * How far a model's belief distribution lies from the group's, and how wide either is: one class
 * for each formula. Pure arithmetic.
 */
package io.gdpo.evaluation.distance;
