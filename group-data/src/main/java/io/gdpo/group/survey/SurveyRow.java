package io.gdpo.group.survey;

import java.util.List;
import java.util.Map;

/**
 * One row of a survey table as it stands in the file, as far as it concerns the asked groups.
 *
 * @param row number of the record, counted from 1 without the header
 * @param question the question's text
 * @param options its answer options, in order
 * @param shares by group: its share of each option; a group that the row does not ask is absent
 */
record SurveyRow(
    long row, String question, List<String> options, Map<String, List<Double>> shares) {}
