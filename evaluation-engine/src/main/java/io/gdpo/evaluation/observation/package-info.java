/** What is seen of a model and of the data, question by question: all that metrics are made of. */
package io.gdpo.evaluation.observation;
