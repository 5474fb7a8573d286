/** The style of the docs: the type and the colours of the console, in `apps/console/src/styles.css`. */
export const style = `
:root{color-scheme:light;--bg:#faf9f8;--surface:#fff;--sunken:#f4f2f0;--line:#e7e3df;--line-strong:#8f8780;--text:#1c1917;--muted:#57534e;--accent:#b5451b;--accent-soft:#fbeee7}
@media (prefers-color-scheme:dark){:root{color-scheme:dark;--bg:#121110;--surface:#1a1918;--sunken:#22201f;--line:#322f2d;--line-strong:#78716b;--text:#f5f3f1;--muted:#b8b1ab;--accent:#ff9563;--accent-soft:#39241a}}
*{box-sizing:border-box}
html{background:var(--bg);color:var(--text);-webkit-text-size-adjust:100%;scroll-padding-top:1.5rem}
body{margin:0 auto;max-width:90rem;padding:1.5rem 1rem 5rem;font:.9375rem/1.65 ui-sans-serif,system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;overflow-wrap:break-word;-webkit-font-smoothing:antialiased}
main{min-width:0}main>*{max-width:52rem}main>:first-child{margin-top:0}
h1{margin:0 0 .5rem;font-size:1.875rem;line-height:2.25rem;font-weight:650;letter-spacing:-.02em}
h2{margin:3rem 0 .5rem;padding-top:1.75rem;border-top:1px solid var(--line);font-size:1.375rem;line-height:1.75rem;font-weight:600;letter-spacing:-.01em}
h3{margin:1.75rem 0 .25rem;font-size:1rem;line-height:1.5rem;font-weight:600}
p{margin:.75rem 0}
a{color:var(--accent);text-underline-offset:.15em}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:.25rem}::selection{background:var(--accent-soft)}
img{max-width:100%;height:auto;border:1px solid var(--line);border-radius:.75rem}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'Liberation Mono',monospace;font-size:.8125rem;line-height:1.6}
code{padding:.1em .35em;background:var(--sunken);border-radius:.3rem}
pre{margin:.75rem 0;padding:1rem 1.25rem;background:var(--surface);border:1px solid var(--line);border-radius:.75rem;overflow-x:auto}pre code{padding:0;background:none}
.table{margin:.75rem 0;background:var(--surface);border:1px solid var(--line);border-radius:.75rem;overflow-x:auto}
table{width:100%;border-collapse:collapse;font-size:.875rem;line-height:1.5}th,td{padding:.65rem 1rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}tr:last-child>td{border-bottom:0}th{font-size:.75rem;font-weight:500;color:var(--muted);white-space:nowrap}td:first-child{white-space:nowrap}
.code{position:relative}.code button{position:absolute;top:.6rem;right:.6rem;padding:.15rem .6rem;font:500 .75rem/1.25rem inherit;font-family:inherit;color:var(--muted);background:var(--surface);border:1px solid var(--line);border-radius:.5rem;cursor:pointer;opacity:0}.code:hover button,.code button:focus{opacity:1}@media (hover:none){.code button{opacity:1}}
nav{font-size:.875rem}nav ul{list-style:none;margin:.25rem 0 1.5rem;padding:0}nav strong{padding:0 .65rem;font-size:.75rem;font-weight:500;color:var(--muted)}
nav li a{display:block;padding:.3rem .65rem;border-radius:.5rem;color:var(--muted);text-decoration:none}nav li a:hover{background:var(--sunken);color:var(--text)}nav li a[aria-current]{background:var(--accent-soft);color:var(--accent);font-weight:500}
nav .brand{display:flex;align-items:center;gap:.6rem;padding:0 .65rem;font-size:1rem;font-weight:600;letter-spacing:-.01em;color:var(--text);text-decoration:none}nav .brand svg{width:1.5rem;height:1.5rem}
form{display:flex;margin:1.25rem 0}input{width:100%;min-height:2.25rem;padding:.375rem .75rem;font:inherit;color:var(--text);background:var(--surface);border:1px solid var(--line-strong);border-radius:.5rem}input::placeholder{color:var(--muted);opacity:1}
nav .console{display:block;text-decoration:none;margin-bottom:1.5rem;padding:.3rem .65rem;font-weight:500}
.menu{margin:0 0 1.5rem}.menu+*{margin-top:0}
.route{font:600 .8125rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}.muted{color:var(--muted)}
tr:target>td{background:var(--accent-soft)}section:target>h2{outline:2px solid var(--accent);outline-offset:4px}
@media (min-width:64rem){body{display:grid;grid-template-columns:15rem minmax(0,1fr);padding:0}main{padding:2.25rem 3rem 6rem}nav{grid-column:1;grid-row:1;position:sticky;top:0;height:100vh;padding:1.25rem .75rem;border-right:1px solid var(--line);overflow-y:auto}.menu{display:none}}
@media (max-width:63.99rem){nav{margin-top:3rem;padding-top:1.5rem;border-top:1px solid var(--line)}}
`;
