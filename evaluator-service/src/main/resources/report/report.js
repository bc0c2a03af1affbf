(() => {
  'use strict';
  const report = JSON.parse(document.getElementById('report-data').textContent);
  const catalogue = JSON.parse(document.getElementById('catalogue-data').textContent);
  const metricOf = Object.fromEntries(catalogue.metrics.map((m) => [m.key, m]));
  const stages = report.stages;
  const evaluated = stages.filter((s) => Object.keys(s.metrics).length > 0);
  const byId = (id) => document.getElementById(id);

  const TARGET = '#1c2430';
  const YARDSTICK = '#c3cad5';
  const BY_LOSS = { sft: '#56a3d9', dpo: '#d95f02', gdpo: '#0b8a63', 'belief-sft': '#b565a7', 'belief-dpo': '#c79a0a', ipo: '#3b5bab', kto: '#8c564b', 'gdpo-kto': '#5f9e3a' };
  const SPARE = ['#7a5195', '#a05d2c', '#5b8c2a', '#c0475e', '#2f8f9d', '#6b7280'];
  const colour = {};
  for (const stage of stages) {
    const own = BY_LOSS[stage.checkpoint.loss];
    const free = [own, ...SPARE].filter((c) => c && !Object.values(colour).includes(c));
    colour[stage.name] = free[0] || own || SPARE[0];
  }

  const element = (tag, text, attributes = {}) => {
    const node = document.createElement(tag);
    if (text !== undefined) node.textContent = text;
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    return node;
  };
  const number = (value, digits = 3) => (value === undefined || value === null ? '' : value.toFixed(digits));
  const percent = (value) => `${(100 * value).toFixed(value < 0.0995 && value > 0 ? 1 : 0)} %`;
  const cut = (text, length) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);
  const tail = (text, length) => (text.length > length ? `… ${text.slice(1 - length).replace(/^\S*\s/, '')}` : text);
  const escaped = (text) => element('i', text).innerHTML;

  const charts = [];
  const FONT = 'system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
  const draw = (node, option) => {
    const chart = echarts.getInstanceByDom(node) || echarts.init(node, null, { renderer: 'svg' });
    if (!charts.includes(chart)) charts.push(chart);
    chart.setOption({ animation: false, textStyle: { fontFamily: FONT }, ...option }, true);
    return chart;
  };
  window.addEventListener('resize', () => charts.forEach((c) => c.resize()));
  const tooltip = { confine: true, backgroundColor: '#fff', borderColor: '#d5dbe5', textStyle: { color: TARGET, fontSize: 12 }, extraCssText: 'max-width: 420px; white-space: normal;' };
  const splitLine = { lineStyle: { color: '#edf0f4' } };
  const axisName = { color: '#5c6778', fontSize: 12 };

  const beliefs = evaluated.some((s) => s.metrics.jsd !== undefined);

  function head() {
    const shares = (key) => evaluated.filter((s) => s.metrics[key] !== undefined).map((s) => `${number(s.metrics[key])} by ${s.name}`).join(', ');
    const ranked = [...evaluated].sort((a, b) => a.metrics.jsd - b.metrics.jsd);
    const uniform = report.yardsticks['yardstick/uniform'];
    byId('lede').textContent = ranked.length === 0
      ? 'No checkpoint of this experiment has been evaluated yet.'
      : evaluated.some((s) => s.metrics.judged_auc !== undefined)
        ? `Each response is judged by itself. Of a good and a bad one the good one is found likelier, token for token, in this share of couples: ${shares('judged_auc')}${shares('judged_reward_auc') ? `; it has gained more on the reference model in this: ${shares('judged_reward_auc')}` : ''}.`
        : !beliefs
        ? `The data tells no beliefs, so no distance to the group can be measured. The chosen response is found likelier in this share of pairs: ${shares('pair_accuracy')}${shares('accuracy') ? `; more so than by the reference model in this: ${shares('accuracy')}` : ''}.`
        : ranked.length === 1
        ? `${ranked[0].name} lies ${number(ranked[0].metrics.jsd)} from the group's beliefs (Jensen-Shannon distance); knowing nothing would be ${number(uniform)}.`
        : `${ranked[0].name} lies closest to the group's beliefs: JSD ${number(ranked[0].metrics.jsd)} with belief mass ${number(ranked[0].metrics.belief_mass)}, against ${ranked.slice(1).map((s) => `${number(s.metrics.jsd)} for ${s.name}`).join(', ')}. Knowing nothing would be ${number(uniform)}.`;
    const facts = [];
    facts.push(['checkpoints evaluated', `${evaluated.length} of ${stages.length}`]);
    if (beliefs) facts.push(['questions', report.questions.length]);
    if (stages.length > 0) {
      const spec = stages[0].evaluation;
      facts.push(['split', spec.split]);
      if (beliefs || evaluated.length === 0) facts.push(['samples a prompt', spec.samples], ['seed', spec.seed]);
    }
    facts.push(['as of', report.generated_at.replace('T', ' ').replace(/\..*|Z$/, '') + ' UTC']);
    for (const [name, value] of facts) {
      const fact = element('span', `${name} `);
      fact.append(element('b', String(value)));
      byId('facts').append(fact);
    }
    const notes = [...report.notes];
    if (!report.complete) notes.unshift('Still running: this page shows what is there so far.');
    for (const stage of stages) if (stage.reason) notes.push(`${stage.name} could not be evaluated: ${stage.reason}`);
    notes.forEach((note) => byId('notes').append(element('div', note, { class: 'note' })));
  }

  function bars(node, rows, { max, reference } = {}) {
    return draw(node, {
      grid: { left: 24, right: 52, top: 8, bottom: 6, containLabel: true },
      xAxis: { type: 'value', max, splitLine, axisLabel: { color: '#5c6778' } },
      yAxis: { type: 'category', inverse: true, data: rows.map((r) => r.name), axisTick: { show: false }, axisLine: { lineStyle: { color: '#cfd6e0' } }, axisLabel: { color: TARGET, fontSize: 12.5 } },
      tooltip: { ...tooltip, trigger: 'item', formatter: (p) => `<b>${escaped(p.name)}</b> ${number(rows[p.dataIndex].value)}<br>${escaped(rows[p.dataIndex].meaning || '')}` },
      series: [{
        type: 'bar', barMaxWidth: 26, barCategoryGap: '32%',
        data: rows.map((r) => ({ value: r.value, itemStyle: { color: r.colour, borderRadius: [0, 4, 4, 0] } })),
        z: 10, label: { show: true, position: 'right', color: TARGET, backgroundColor: '#fff', padding: [1, 3], formatter: (p) => number(p.value) },
        markLine: reference === undefined ? undefined : { z: 1, silent: true, symbol: 'none', label: { show: false }, lineStyle: { color: TARGET, type: 'dashed', width: 1, opacity: 0.4 }, data: [{ xAxis: reference }] },
      }],
    });
  }

  function result() {
    if (!beliefs) {
      for (const id of ['result', 'to-result', 'questions', 'to-questions', 'yardsticks-card', 'training-jsd']) byId(id).hidden = true;
      byId('table-hint').textContent = 'Means over all examples. The best stage is bold where a metric has a direction.';
      return;
    }
    const mass = (s) => `belief mass ${number(s.metrics.belief_mass)}`;
    const rows = evaluated.map((s) => ({ name: s.name, value: s.metrics.jsd, colour: colour[s.name], meaning: `${metricOf.jsd.meaning} Here with ${mass(s)}.` }));
    for (const [key, value] of Object.entries(report.yardsticks)) {
      rows.push({ name: withSign(metricOf[key].label), value, colour: YARDSTICK, meaning: withSign(metricOf[key].meaning) });
    }
    byId('chart-jsd').style.height = `${Math.max(200, 34 * rows.length + 40)}px`;
    bars(byId('chart-jsd'), rows);
    const small = (id, key) => {
      const { direction, most, meaning } = metricOf[key];
      bars(byId(id), evaluated.map((s) => ({ name: s.name, value: s.metrics[key], colour: colour[s.name], meaning: withSign(meaning) })), { max: most, reference: { HIGH: most, ONE: 1 }[direction] });
    };
    for (const id of ['chart-mass', 'chart-bias']) byId(id).style.height = `${Math.max(110, 30 * evaluated.length + 36)}px`;
    small('chart-mass', 'belief_mass');
    small('chart-bias', 'majority_bias');
  }

  function stageCell(stage) {
    const cell = element('td');
    const dot = element('span', undefined, { class: 'dot' });
    dot.style.background = colour[stage.name];
    cell.append(dot, stage.name);
    return cell;
  }

  const shown = catalogue.metrics.filter((m) => !m.yardstick && evaluated.some((s) => s.metrics[m.key] !== undefined));

  function best(metric, values) {
    const known = values.filter((v) => v !== undefined);
    if (metric.direction === 'NONE' || new Set(known).size < 2) return undefined;
    const badness = { LOW: (v) => v, HIGH: (v) => -v, ONE: (v) => Math.abs(v - 1) }[metric.direction];
    return known.reduce((a, b) => (badness(b) < badness(a) ? b : a));
  }

  const withSign = (text) => text.replace('+-', '±');

  function definition(row, metric) {
    row.append(element('td', withSign(metric.label), { class: 'name' }));
    return element('td', withSign(metric.meaning), { class: 'meaning' });
  }

  function table() {
    const head = element('tr');
    head.append(element('th', 'metric'));
    for (const stage of stages) {
      const name = element('th');
      const dot = element('span', undefined, { class: 'dot' });
      dot.style.background = colour[stage.name];
      name.append(dot, stage.name);
      if (Object.keys(stage.metrics).length === 0) name.append(element('br'), element('span', stage.status.toLowerCase(), { class: 'state' }));
      head.append(name);
    }
    head.append(element('th', 'what it says', { class: 'text' }));
    const thead = element('thead');
    thead.append(head);
    const tbody = element('tbody');
    for (const metric of shown) {
      const row = element('tr');
      const meaning = definition(row, metric);
      const top = best(metric, evaluated.map((s) => s.metrics[metric.key]));
      for (const stage of stages) {
        const value = stage.metrics[metric.key];
        const cell = element('td', number(value), value !== undefined && value === top ? { class: 'best' } : {});
        const interval = stage.intervals[metric.key];
        if (interval) cell.append(element('br'), element('span', `${number(interval.low)} to ${number(interval.high)}`, { class: 'state' }));
        row.append(cell);
      }
      row.append(meaning);
      tbody.append(row);
    }
    byId('metrics').append(thead, tbody);

    if (report.comparisons.length > 0) {
      const names = element('tr');
      for (const name of ['stage', 'than', 'difference', '95 % interval', '']) names.append(element('th', name));
      const namesOfComparisons = element('thead');
      namesOfComparisons.append(names);
      const rows = element('tbody');
      for (const c of report.comparisons) {
        const row = element('tr');
        row.append(element('td', c.stage, { class: 'name' }), element('td', c.than, { class: 'name' }), element('td', number(c.difference)));
        row.append(element('td', `${number(c.interval.low)} to ${number(c.interval.high)}`));
        row.append(element('td', { LOWER: 'nearer', HIGHER: 'farther', NOT_TOLD_APART: 'cannot be told apart' }[c.verdict], { class: 'meaning' }));
        rows.append(row);
      }
      byId('comparisons').append(namesOfComparisons, rows);
      byId('comparisons-card').hidden = false;
    }

    const groups = [...new Set(evaluated.flatMap((s) => Object.keys(s.groups || {})))];
    if (groups.length > 0) {
      const names = element('tr');
      names.append(element('th', 'group'));
      for (const stage of evaluated) names.append(element('th', stage.name));
      const rows = element('tbody');
      for (const group of groups) {
        const row = element('tr');
        const values = evaluated.map((s) => (s.groups?.[group] || {}).jsd);
        const top = best(metricOf.jsd, values);
        row.append(element('td', group, { class: 'name' }));
        for (const value of values) row.append(element('td', number(value), value !== undefined && value === top ? { class: 'best' } : {}));
        rows.append(row);
      }
      const namesOfStages = element('thead');
      namesOfStages.append(names);
      byId('groups').append(namesOfStages, rows);
      byId('groups-card').hidden = false;
    }

    const yardsticks = element('tbody');
    for (const [key, value] of Object.entries(report.yardsticks)) {
      const row = element('tr');
      const meaning = definition(row, metricOf[key]);
      row.append(element('td', number(value)), meaning);
      yardsticks.append(row);
    }
    byId('yardsticks').append(yardsticks);
    byId('table').hidden = evaluated.length === 0;
  }

  function questions() {
    const select = byId('question');
    const order = byId('order');
    if (report.questions.length === 0) {
      byId('questions').append(element('p', 'No question has been answered yet.', { class: 'empty' }));
      return;
    }
    const textOf = Object.fromEntries(report.questions.map((q) => [q.question_id, q.question]));
    const jsd = (q, stage) => (q.stages[stage] ? q.stages[stage].metrics.jsd : 0);
    const orders = [['as in the data', (q, i) => i]];
    for (const s of evaluated) orders.push([`worst for ${s.name} first`, (q) => -jsd(q, s.name)]);
    if (evaluated.length > 1) {
      orders.push(['largest difference between stages', (q) => {
        const all = evaluated.map((s) => jsd(q, s.name));
        return Math.min(...all) - Math.max(...all);
      }]);
    }
    orders.push(['most divided group first', (q) => Math.max(...q.target)]);
    orders.forEach(([name], i) => order.append(element('option', name, { value: i })));
    let ordered = [];
    let current = report.questions[0];

    function beliefs() {
      byId('question-text').textContent = current.question;
      const classes = current.target.map((p, b) => b);
      const label = (b) => (current.options[b] ? `{n|${b}}\n${cut(current.options[b], 40)}` : `{n|${b}}`);
      const series = [{ name: 'the group', data: current.target, colour: TARGET }];
      for (const s of evaluated) if (current.stages[s.name]) series.push({ name: s.name, data: current.stages[s.name].predicted, colour: colour[s.name] });
      draw(byId('chart-beliefs'), {
        grid: { left: 8, right: 12, top: 40, bottom: 22, containLabel: true },
        legend: { top: 0, left: 0, itemWidth: 14, itemHeight: 10 },
        tooltip: {
          ...tooltip, trigger: 'axis', axisPointer: { type: 'shadow' },
          formatter: (points) => {
            const b = points[0].dataIndex;
            const lines = points.map((p) => {
              const answer = current.stages[p.seriesName];
              const drawn = answer ? ` <span style="color:#5c6778">(sampled ${answer.sampled[b]} of ${answer.sampled.reduce((x, y) => x + y, answer.sampled_without_belief)})</span>` : '';
              return `${p.marker}${escaped(p.seriesName)} <b>${percent(p.value)}</b>${drawn}`;
            });
            return `<b>${b}</b> ${escaped(current.options[b] || 'no option of this question')}<br>${lines.join('<br>')}`;
          },
        },
        xAxis: { type: 'category', data: classes.map(label), axisTick: { show: false }, axisLine: { lineStyle: { color: '#cfd6e0' } }, axisLabel: { interval: 0, color: '#5c6778', width: 100, overflow: 'break', lineHeight: 15, rich: { n: { fontWeight: 'bold', fontSize: 14, color: TARGET, lineHeight: 20 } } } },
        yAxis: { type: 'value', splitLine, axisLabel: { color: '#5c6778', formatter: (v) => `${Math.round(100 * v)} %` } },
        series: series.map((s) => ({ name: s.name, type: 'bar', data: s.data, itemStyle: { color: s.colour, borderRadius: [3, 3, 0, 0] }, barGap: '8%', barCategoryGap: '24%' })),
      });
      const table = byId('question-metrics');
      table.replaceChildren();
      const keys = catalogue.headline
        .filter((k) => evaluated.some((s) => current.stages[s.name] && current.stages[s.name].metrics[k] !== undefined));
      const thead = element('thead');
      const names = element('tr');
      names.append(element('th', 'this question'));
      keys.forEach((k) => names.append(element('th', metricOf[k].label, { title: metricOf[k].meaning })));
      thead.append(names);
      const tbody = element('tbody');
      for (const s of evaluated) {
        if (!current.stages[s.name]) continue;
        const row = element('tr');
        row.append(stageCell(s));
        keys.forEach((k) => row.append(element('td', number(current.stages[s.name].metrics[k]))));
        tbody.append(row);
      }
      table.append(thead, tbody);
      const samples = byId('samples');
      samples.replaceChildren();
      for (const s of evaluated) {
        if (!current.stages[s.name]) continue;
        const column = element('div');
        const title = element('h4', s.name);
        title.style.color = colour[s.name];
        column.append(title);
        for (const text of current.stages[s.name].examples) {
          const paragraph = element('p');
          const closed = text.indexOf('>');
          if (/^\s*[0-5]</.test(text) && closed > 0) paragraph.append(element('b', text.slice(0, closed + 1)), text.slice(closed + 1));
          else paragraph.textContent = text;
          column.append(paragraph);
        }
        samples.append(column);
      }
    }

    function strip() {
      const node = byId('chart-strip');
      node.style.height = `${ordered.length * 20 + 40}px`;
      const at = ordered.indexOf(current);
      const chart = draw(node, {
        grid: { left: 8, right: 16, top: 24, bottom: 8, containLabel: true },
        tooltip: { ...tooltip, trigger: 'axis', axisPointer: { type: 'shadow' }, formatter: (points) => `${escaped(ordered[points[0].dataIndex].question)}<br>${points.map((p) => `${p.marker}${escaped(p.seriesName)} <b>${number(p.value[0])}</b>`).join('<br>')}` },
        xAxis: { type: 'value', position: 'top', min: 0, splitLine, axisLabel: { color: '#5c6778' } },
        yAxis: { type: 'category', inverse: true, data: ordered.map((q) => q.question_id), axisTick: { show: false }, axisLine: { show: false }, splitLine: { show: true, lineStyle: { color: '#f1f3f7' } }, axisLabel: { fontSize: 11, interval: 0, formatter: (id) => tail(textOf[id], 30), color: (id) => (id === current.question_id ? TARGET : '#8a94a3') } },
        series: evaluated.map((s, i) => ({
          name: s.name, type: 'scatter', symbolSize: 9, itemStyle: { color: colour[s.name], opacity: 0.9 },
          data: ordered.map((q, y) => [jsd(q, s.name), y]),
          markArea: i === 0 && at >= 0 ? { silent: true, itemStyle: { color: '#eaf4f0' }, data: [[{ yAxis: at }, { yAxis: at }]] } : undefined,
        })),
      });
      chart.getZr().off('click');
      chart.getZr().on('click', (event) => {
        const [, y] = chart.convertFromPixel({ gridIndex: 0 }, [event.offsetX, event.offsetY]);
        const clicked = ordered[Math.round(y)];
        if (clicked) choose(clicked);
      });
    }

    function choose(question) {
      current = question;
      select.value = current.question_id;
      beliefs();
      strip();
    }

    function reorder() {
      const key = orders[Number(order.value)][1];
      ordered = report.questions.map((q, i) => [key(q, i), q]).sort((a, b) => a[0] - b[0]).map(([, q]) => q);
      select.replaceChildren(...ordered.map((q) => element('option', cut(q.question, 130), { value: q.question_id })));
      choose(ordered[0]);
    }

    order.addEventListener('change', reorder);
    select.addEventListener('change', () => choose(ordered.find((q) => q.question_id === select.value)));
    const step = (by) => choose(ordered[(ordered.indexOf(current) + by + ordered.length) % ordered.length]);
    byId('previous').addEventListener('click', () => step(-1));
    byId('next').addEventListener('click', () => step(1));
    reorder();
  }

  function lines(node, series, xName = 'step') {
    draw(node, {
      grid: { left: 8, right: 18, top: 34, bottom: 24, containLabel: true },
      legend: { top: 0, left: 0, itemWidth: 16, itemHeight: 8, type: 'scroll', textStyle: { fontSize: 11.5 }, data: (series.some((s) => s.marked) ? series.filter((s) => s.marked) : series).map((s) => s.name) },
      tooltip: { ...tooltip, trigger: 'axis', valueFormatter: (v) => number(v, 4) },
      xAxis: { type: 'value', name: xName, nameLocation: 'middle', nameGap: 26, nameTextStyle: axisName, min: 0, max: 'dataMax', splitLine: { show: false }, axisLabel: { color: '#5c6778', showMaxLabel: false } },
      yAxis: { type: 'value', scale: true, splitLine, axisLabel: { color: '#5c6778' } },
      series: series.map((s) => ({
        name: s.name, type: 'line', data: s.data, showSymbol: s.marked, symbolSize: 6, color: s.colour,
        lineStyle: { width: s.marked ? 2 : 1.4, opacity: s.marked ? 1 : 0.45, type: s.dashed ? 'dashed' : 'solid' },
      })),
    });
  }

  const points = (stage, phase, metric) => stage.progress.filter((p) => p.phase === phase && p.metrics && p.metrics[metric] !== undefined).map((p) => [p.step, p.metrics[metric]]);
  const metricNames = (stage) => [...new Set(stage.progress.flatMap((p) => Object.keys(p.metrics || {})))];

  function panel(host, stage, series) {
    const present = series.filter((s) => s.data.length > 0);
    if (present.length === 0) return false;
    const card = element('div', undefined, { class: 'card' });
    const title = element('h3', stage.name);
    if (stage.name !== stage.checkpoint.loss) title.append(element('small', stage.checkpoint.loss));
    const chart = element('div', undefined, { class: 'chart' });
    card.append(title, chart);
    host.append(card);
    lines(chart, present);
    return true;
  }

  function training() {
    const unique = stages.filter((s, i) => stages.findIndex((o) => o.checkpoint.progress_uri === s.checkpoint.progress_uri) === i);
    const jsd = unique.map((s) => ({ name: s.name, data: points(s, 'eval', 'jsd'), colour: colour[s.name], marked: true })).filter((s) => s.data.length > 0);
    if (jsd.length > 0) lines(byId('chart-training-jsd'), jsd, 'optimizer step');
    else byId('chart-training-jsd').replaceWith(element('p', 'No progress has been recorded yet.', { class: 'empty' }));
    let anyLoss = false;
    let anyMargin = false;
    for (const stage of unique) {
      anyLoss = panel(byId('panels-loss'), stage, [
        { name: 'training batches', data: points(stage, 'train', 'loss'), colour: colour[stage.name], marked: false },
        { name: 'eval split', data: points(stage, 'eval', 'loss'), colour: colour[stage.name], marked: true },
      ]) || anyLoss;
      const margins = metricNames(stage).filter((m) => /margin/.test(m)).sort();
      const kind = (m) => (/minority/.test(m) ? 'minority' : /majority/.test(m) ? 'majority' : 'all pairs');
      const shade = { minority: '#d95f02', majority: '#3b5bab', 'all pairs': '#6b7280' };
      anyMargin = panel(byId('panels-margin'), stage, margins.flatMap((m) => [
        { name: `${kind(m)}, training`, data: points(stage, 'train', m), colour: shade[kind(m)], marked: false },
        { name: kind(m), data: points(stage, 'eval', m), colour: shade[kind(m)], marked: true },
      ])) || anyMargin;
    }
    if (!anyLoss) byId('panels-loss').append(element('p', 'No losses have been recorded yet.', { class: 'empty' }));
    if (!anyMargin) byId('panels-margin').append(element('p', 'No stage with reward margins so far.', { class: 'empty' }));
  }

  function reading() {
    const thead = element('thead');
    const names = element('tr');
    ['stage', 'loss', 'checkpoint', 'step', 'beta', 'split', 'samples a prompt', 'longest sample', 'seed', 'seconds'].forEach((n) => names.append(element('th', n)));
    thead.append(names);
    const tbody = element('tbody');
    for (const stage of stages) {
      const row = element('tr');
      row.append(stageCell(stage));
      const c = stage.checkpoint;
      const e = stage.evaluation;
      [c.loss, c.id, c.step, c.beta, e.split, e.samples, e.max_new_tokens, e.seed, stage.seconds === undefined ? '' : stage.seconds.toFixed(1)].forEach((v) => row.append(element('td', String(v))));
      tbody.append(row);
    }
    byId('settings').append(thead, tbody);
    const places = element('tbody');
    for (const stage of stages) {
      const row = element('tr');
      row.append(stageCell(stage), element('td', stage.model_folder, { class: 'text' }), element('td', stage.reference_folder, { class: 'text' }));
      places.append(row);
    }
    const heads = element('tr');
    ['stage', 'its model', 'measured against'].forEach((n) => heads.append(element('th', n, { class: 'text' })));
    const top = element('thead');
    top.append(heads);
    byId('models').append(top, places);
  }

  head();
  if (evaluated.length > 0) result();
  else byId('result').hidden = true;
  table();
  questions();
  training();
  reading();
})();
