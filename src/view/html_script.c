/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The buttons that copy a snippet. They are hidden where no script runs; a browser without a
 * clipboard for pages from disk has the old command, and else the text is selected.
 */
#include "view/html.h"

const char ct_html_script_hash[] = "sha256-Z3wXG6CnxwJdvr/tmEPfXwcQefiqz3BFyMVolLaNaOQ=";

const char ct_html_script[] =
	"for(const b of document.querySelectorAll('button.copy')){"
	"b.hidden=false;"
	"b.onclick=async()=>{"
	"const p=b.nextElementSibling;let ok=true;"
	"try{await navigator.clipboard.writeText(p.textContent)}"
	"catch{const s=getSelection();s.removeAllRanges();"
	"const r=document.createRange();r.selectNodeContents(p);s.addRange(r);"
	"ok=document.execCommand('copy')}"
	"b.textContent=ok?'Copied':'Selected: press Ctrl+C';"
	"setTimeout(()=>{b.textContent='Copy'},2000)}}";
