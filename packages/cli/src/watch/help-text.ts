export const helpText = `vigie watch

Above: the KPIs that rules watch, as they are now.
  value       of the window before it (30d: the last 30 days), live from Redis; it moves as events come
  change      since the oldest window of the sparkline
  sparkline   the last windows that the rule judges, the newest to the right; a dot where there is no number
  gauge       ● where the value stands, ░ the band in which an alert that fires goes on, │ the warning limit, ┃ the critical limit
  last word   what the rule would say of the number now; it fires only when its window has ended and is complete;
              in the band: an alert that fires goes on, and none begins

Below: alerts, those that fire first. Ages count from the end of the window in which it began to fire.
  ack         somebody has seen it: repeats stop until it becomes graver or ends
  silenced    not told until the silence ends; then it is told if it still fires
  held        another alert explains it
  not told!   a channel lost the message: vigie alerts deliveries --dead

Keys
  up, down, j, k    choose an alert
  enter             everything that the alert says: numbers, what moved them, what happened, who was told
  a                 acknowledge it; asks for a comment
  s                 silence it; asks for how long, and why
  f                 show only alerts with these words; escape clears
  q                 quit`;
