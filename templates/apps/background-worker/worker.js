import { resolve6 } from "node:dns/promises";

// Fetches jobs from every machine of the process group "web" and does them: the sum of all primes up to the input.

const { FLY_APP_NAME, FLY_MACHINE_ID = "local" } = process.env;
const port = Number(process.env.WEB_PORT ?? 8080);
const IDLE_MS = 500;

const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    console.log(`${signal}: finishing the job at hand`);
    stopping.abort();
  });
}

function sumOfPrimes(limit) {
  let sum = 0;
  for (let number = 2; number <= limit; number += 1) {
    let isPrime = true;
    for (let factor = 2; factor * factor <= number && isPrime; factor += 1) isPrime = number % factor !== 0;
    if (isPrime) sum += number;
  }
  return sum;
}

/** The addresses of web's machines; alone on a laptop, this one. */
async function webMachines() {
  if (FLY_APP_NAME === undefined) return ["::1"];
  return resolve6(`web.process.${FLY_APP_NAME}.internal`).catch(() => []);
}

/** Does one job of one machine, if it has any. */
async function workFor(address) {
  const base = `http://[${address}]:${port}`;
  const response = await fetch(`${base}/work`, { method: "POST", signal: AbortSignal.timeout(5_000) });
  if (response.status !== 200) return false;
  const { name, input } = await response.json();
  const body = JSON.stringify({ name, result: sumOfPrimes(input), worker: FLY_MACHINE_ID });
  await fetch(`${base}/results`, { method: "POST", body, signal: AbortSignal.timeout(5_000) });
  console.log(`did ${name}`);
  return true;
}

console.log("waiting for jobs");
while (!stopping.signal.aborted) {
  const done = await Promise.allSettled((await webMachines()).map(workFor));
  const isIdle = !done.some(({ value }) => value === true);
  if (isIdle) await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
}
