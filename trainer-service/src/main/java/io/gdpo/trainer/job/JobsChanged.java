package io.gdpo.trainer.job;

/** Tells, once committed, that there is something for the reconciler to do now. */
record JobsChanged() {}
