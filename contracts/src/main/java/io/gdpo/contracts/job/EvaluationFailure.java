package io.gdpo.contracts.job;

/**
 * Why a checkpoint cannot be measured, as {@code failure.json}: something is wrong with the
 * checkpoint or the data, and trying again would not help.
 */
public record EvaluationFailure(String reason) {}
