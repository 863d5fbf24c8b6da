// Goes through the built pages with a real browser, against the stand-in appliance, as an operator would:
//   node mock/look.mjs
// Fails when something does not show up, when the page throws, or when its policy had to refuse something.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Browser, sleep } from './browser.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const port = 20_000 + (process.pid % 20_000);
const appliance = `http://127.0.0.1:${port}`;

const mock = spawn(process.execPath, [join(here, 'server.mjs'), '--port', String(port)], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
await new Promise((resolve, reject) => {
  mock.stdout.once('data', resolve);
  mock.once('exit', () => reject(new Error('the stand-in appliance does not start')));
});

const text = (selector) => `document.querySelector(${JSON.stringify(selector)})?.textContent`;
const row = (name) => `[...document.querySelectorAll('tbody tr')].find((r) => r.textContent.includes('${name}'))`;
const modal = `document.querySelector('.pf-v6-c-modal-box')`;
const story = [];

story.push(['a wrong password is said, the right one opens the list, by keyboard alone', async (b) => {
  await b.until('the sign-in page', `document.querySelector('input[type=password]')`);
  await b.type('admin');
  await b.press('Tab');
  await b.type('wrong');
  await b.press('Enter');
  await b.until('the refusal', `document.body.textContent.includes('User name or password is wrong')`);
  await b.ask(`document.querySelector('input[type=password]').focus()`);
  await b.type('admin');
  await b.press('Enter');
  await b.until('fourteen machines', `document.querySelectorAll('tbody tr').length === 14`);
  await b.until('the live feed', `${text('[role=status]')} === 'Live'`);
}]);

story.push(['what changes is seen without doing anything', async (b) => {
  const erasing = `${row('Disk erasing')}?.querySelector('.rs-activity')?.textContent`;
  await b.until('a rate', `${erasing}.includes('/s')`);
  const before = await b.ask(erasing);
  await b.until('progress', `${erasing} !== ${JSON.stringify(before)}`);
}]);

story.push(['searching and choosing a group narrow the list', async (b) => {
  await b.ask(`document.querySelector('.rs-search input').focus()`);
  await b.type('poweredge');
  await b.until('only those', `[...document.querySelectorAll('tbody tr')].every((r) => r.textContent.includes('PowerEdge'))`);
  await b.ask(`document.querySelector('.rs-search button[aria-label=Reset]').click()`);
  await b.click('Failed');
  await b.until('failed ones', `document.querySelectorAll('tbody tr').length < 5`);
  await b.click('All');
  await b.until('all again', `document.querySelectorAll('tbody tr').length === 14`);
}]);

story.push(['a line of policies is added, looked at and saved; a target is tried', async (b) => {
  await b.click('Layers above');
  await b.until('the table', `${row('workers')}?.textContent.includes('handed to hall')`);
  await b.click('Add a line');
  await b.until('the form', `${modal}`);
  await b.ask(`document.getElementById('policy-name').focus()`);
  await b.type('storage');
  await b.ask(`document.getElementById('policy-when').focus()`);
  await b.type('disks >= 12');
  await b.ask(`document.getElementById('policy-image').focus()`);
  await b.type('debian/bookworm');
  await b.until('a line to take', `!document.getElementById('policy-done').disabled`);
  await b.ask(`document.getElementById('policy-done').click()`);
  await b.until('the line', `${row('storage')} !== undefined`);
  await b.click('What would change?');
  await b.until('what it changes', `document.body.textContent.includes('machines looked at')`);
  await b.click('Save');
  await b.until('it is saved', `!document.body.textContent.includes('machines looked at')`);
  await b.click('Clusters');
  await b.until('a cluster with its nodes', `${row('rack1-u02')}?.textContent.includes('joins')`);
  await b.click('Make a cluster');
  await b.until('the form', `${modal}`);
  for (const [field, words] of [['name', 'hall3'], ['version', 'v1'], ['image', 'debian/bookworm']]) {
    await b.ask(`document.getElementById('cluster-${field}').focus()`);
    await b.type(words);
  }
  await b.click('Make it');
  await b.until('what is wrong with it', `${modal}?.textContent.includes('as v1.31.4')`);
  await b.ask(`(() => { const i = document.getElementById('cluster-version'); i.focus(); i.setSelectionRange(9, 9); })()`);
  await b.type('.31.4');
  await b.click('Make it');
  await b.until('the new one', `document.body.textContent.includes('hall3')`);
  await b.click('VM hosts');
  await b.until('a host', `${row('kvm-1')}?.textContent.includes('20 of 64')`);
  await b.click('Targets');
  await b.until('the targets', `${row('10.0.0.1')} !== undefined`);
  await b.click('Try it');
  await b.until('its answer', `${row('10.0.0.1')}.textContent.includes('answers')`);
  await b.ask(`location.hash = '#/'`);
  await b.until('the list again', `document.querySelectorAll('tbody tr').length === 14`);
}]);

story.push(['a deployment is followed on the machine\'s own page', async (b) => {
  await b.ask(`${row('Deploying')}.querySelector('a').click()`);
  await b.until('its timeline', `document.querySelectorAll('.rs-entry').length > 10`);
  await b.until('its phases', `document.querySelectorAll('.rs-phase').length > 3`);
  await b.until('cloud-init speaking', `${text('.rs-log')}.includes('init-local')`, 60);
  await b.until('the end of it', `${text('.rs-header')}.includes('Deployed')`);
  const atEnd = `(() => { const l = document.querySelector('.rs-log'); return l.scrollHeight - l.scrollTop - l.clientHeight < 24; })()`;
  await b.until('the newest line in sight', atEnd);
}]);

story.push(['what a switch says of itself is text, whatever it is', async (b) => {
  await b.click('Hardware');
  await b.until('the neighbour', `document.body.textContent.includes('leaf-3 <img src=x onerror=alert(1)>')`);
  await b.click('Tests');
  await b.until('the results', `document.body.textContent.includes('disk-read')`);
}]);

story.push(['a deployment that is refused says why, and goes through with consent', async (b) => {
  await b.ask(`location.hash = '#/'`);
  await b.until('the list', row('Failed deployment'));
  await b.ask(`${row('Failed deployment')}.querySelector('td:last-child button').click()`);
  await b.click('Deploy…');
  await b.until('the disks', `${modal}?.textContent.includes('SAMSUNG')`);
  await b.until('the way on', `!document.querySelector('#action-submit').disabled`);
  await b.ask(`document.querySelector('#action-submit').click()`);
  await b.until('the reason', `${modal}?.textContent.includes('holds data')`);
  await b.until('consent asked for', `document.querySelector('#deploy-consent')`);
  await b.ask(`document.querySelector('#deploy-consent').click()`);
  await b.until('the button', `document.querySelector('#action-submit').getAttribute('aria-disabled') !== 'true'`);
  await b.ask(`document.querySelector('#action-submit').click()`);
  await b.until('the dialog gone', `!${modal}`);
  await b.until('it busy', `!${row('Failed deployment')}`);
}]);

story.push(['many machines are deleted only by their number', async (b) => {
  await b.ask(`document.querySelector('thead input[type=checkbox]').click()`);
  await b.click('Act on selection');
  await b.click('Delete…');
  await b.until('the question', `document.querySelector('#action-count')`);
  const count = await b.ask(`/all (\\d+) machines/.exec(${modal}.textContent)[1]`);
  if (!(await b.ask(`document.querySelector('#action-submit').disabled`))) {
    throw new Error('deleting is offered before the number was typed');
  }
  await b.ask(`document.querySelector('#action-count').focus()`);
  await b.type(count);
  await b.press('Enter');
  await b.until('the dialog gone', `!${modal}`);
  await b.until('fewer machines', `document.querySelectorAll('tbody tr').length === ${14 - count}`);
}]);

story.push(['a lost appliance is said, and asked for until it is back', async (b) => {
  mock.kill();
  await b.until('the loss', `${text('[role=status]')}?.includes('lost')`);
}]);

let failed = false;
const browser = await Browser.open(`${appliance}/MAAS/`);
try {
  for (const [name, play] of story) {
    await play(browser);
    await sleep(100);
    if (browser.complaints.length > 0) {
      throw new Error(`${name}: the page complains: ${browser.complaints.join('; ')}`);
    }
    console.log(`ok    ${name}`);
  }
} catch (error) {
  failed = true;
  console.error(`FAIL  ${error.message}`);
  await browser.shoot(join(here, '../target/look-failed.png'));
} finally {
  await browser.close();
  mock.kill();
}
process.exit(failed ? 1 : 0);
