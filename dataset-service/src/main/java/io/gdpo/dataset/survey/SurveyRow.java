package io.gdpo.dataset.survey;

import java.util.List;
import java.util.Map;

/**
 * One row of a survey table as it stands in the file.
 *
 * @param row number of the record, counted from 1 without the header
 * @param question the question's text
 * @param options its answer options, in order
 * @param selections for each group, the share of each option
 */
public record SurveyRow(
    long row, String question, List<String> options, Map<String, List<Double>> selections) {}
