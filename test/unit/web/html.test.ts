import { expect } from 'chai';
import { assert, property, string } from 'fast-check';
import { html } from '../../../lib/web/html.ts';
import { safeNext } from '../../../lib/web/sign-in.ts';

describe('html', () => {
  it('takes whatever is put in for text', () => {
    expect(html`<a href="${'"><b>'}">${"'&"}</a>`.text).to.equal('<a href="&quot;&gt;&lt;b&gt;">&#39;&amp;</a>');
  });

  it('takes what it made for HTML, lists one after another, and nothing for nothing', () => {
    expect(html`${[html`<b>`, 1, 'a']}${null}${false}${''}`.text).to.equal('<b>1a');
  });

  it('shows characters that nobody sees', () => {
    expect(html`${'a\u202Eb\u0000c\u200Bd\uD800e\n'}`.text).to.equal('a\\u{202e}b\\u{0}c\\u{200b}d\\u{d800}e\n');
  });

  it('lets no text end an attribute or begin an element', () => {
    assert(
      property(string({ unit: 'binary' }), (text) => {
        expect(html`${text}`.text).to.match(/^(?:[^<>"'&]|&(?:amp|lt|gt|quot|#39);)*$/u);
      }),
    );
  });
});

describe('safeNext', () => {
  it('leads to where somebody wanted to go', () => {
    for (const next of ['/', '/pushes?state=failed&path=a%2Fb', '/pushes/0198@12']) {
      expect(safeNext(next)).to.equal(next);
    }
  });

  it('never leads anywhere else', () => {
    assert(
      property(string({ unit: 'binary' }), string(), (a, b) => {
        for (const next of [a, `/${a}`, `//${b}`, `/\\${b}`, `/${b}//${a}`, `/.${b}`, `/..//${b}`]) {
          const safe = safeNext(next);
          expect(new URL(safe, 'https://here.example').host, JSON.stringify(next)).to.equal('here.example');
          expect(safe).to.match(/^\/(?![/\\])/);
        }
      }),
    );
  });
});
