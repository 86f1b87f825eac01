/* SPDX-License-Identifier: GPL-2.0-only */
/* What the pages have beyond the report's style and script (view/html_style.c, html_script.c). */
#include "page/page_priv.h"

const char ct_page_style[] =
	"body.page{max-width:76rem}"
	".skip{position:absolute;left:-99rem}.skip:focus{position:static}"
	"nav{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;align-items:center;"
	"border-bottom:1px solid var(--line);padding-bottom:.6rem;margin-bottom:1.25rem}"
	"nav a{text-decoration:none;padding:.2rem 0}nav a[aria-current]{border-bottom:3px solid;"
	"font-weight:600}nav .brand{font-weight:700;color:var(--fg)}nav form{margin-left:auto}"
	"nav button{align-self:auto}"
	":focus-visible{outline:3px solid var(--good);outline-offset:2px}"
	".filter{display:flex;flex-wrap:wrap;gap:.6rem .9rem;align-items:end;margin:1rem 0;"
	"padding:.75rem;background:var(--soft);border:1px solid var(--line);border-radius:6px}"
	".filter label{display:flex;flex-direction:column;font-size:.85rem;color:var(--dim)}"
	".filter .grow{flex:1 1 14rem}"
	"input,select{font:inherit;color:var(--fg);background:var(--bg);min-width:0;max-width:100%;"
	"border:1px solid var(--dim);border-radius:6px;padding:.3rem .5rem;height:2.3rem}"
	".filter button,.login button{align-self:end;font-size:1rem;padding:.3rem .9rem}"
	"tr[hidden]{display:none!important}"
	".answer{border:1px solid var(--line);border-left:6px solid var(--good);border-radius:6px;"
	"padding:.25rem 1rem .75rem;margin:1rem 0}.answer h2{border:0;margin:.75rem 0 .25rem}"
	".warn h2{border:0;margin:.25rem 0;font-size:1.1rem}"
	".events{list-style:none;padding:0}.events li{border-top:1px solid var(--line);"
	"padding:.6rem 0}.warn .events li:first-child{border:0}"
	".needs{width:100%}.needs td:last-child{white-space:nowrap}"
	".facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(14rem,1fr));"
	"gap:.6rem 1rem;margin:.5rem 0}.facts dt{color:var(--dim);font-size:.85rem}"
	".facts dd{margin:0}"
	".page .time th:last-child,.page .time td:last-child{width:23rem}"
	"footer{margin-top:3rem;border-top:1px solid var(--line);padding-top:.6rem;"
	"font-size:.85rem}"
	".login input{width:min(30rem,100%);display:block}"
	"@media(max-width:40rem){.needs,.needs tbody,.needs tr,.needs td,.needs th{display:block;"
	"border:0;padding:.1rem 0}.needs thead{display:none}.needs tr{padding:.5rem 0;"
	"border-bottom:1px solid var(--line)}.needs td:last-child{white-space:normal}"
	".filter label{flex:1 1 45%}.page .time td:last-child{white-space:normal}}"
	"@media print{.filter,.skip{display:none}}";

/* Filters the rows while somebody types; without scripts the form does it. */
const char ct_page_script[] = "const find=document.getElementById('find');"
			      "if(find)find.oninput=()=>{const q=find.value.trim().toLowerCase();"
			      "for(const r of document.querySelectorAll('.overview tbody tr'))"
			      "r.hidden=!r.cells[0].textContent.toLowerCase().includes(q)};"
			      "for(const s of document.querySelectorAll('.filter select'))"
			      "s.onchange=()=>s.form.requestSubmit();";

const char ct_page_icon[] =
	"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 16 16\"><rect width=\"16\" "
	"height=\"16\" rx=\"3\" fill=\"#0b57b0\"/><path d=\"M4 5h8v2H4zm0 4h4v2H4z\" "
	"fill=\"#fff\"/></svg>";
