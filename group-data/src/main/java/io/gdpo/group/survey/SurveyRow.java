package io.gdpo.group.survey;

import java.util.List;
import java.util.Optional;

/**
 * One row of a survey table as it stands in the file, as far as it concerns one group.
 *
 * @param row number of the record, counted from 1 without the header
 * @param question the question's text
 * @param options its answer options, in order
 * @param shares the group's share of each option; empty if the row does not ask the group
 */
record SurveyRow(long row, String question, List<String> options, Optional<List<Double>> shares) {}
